/** Signs what the platform says of its audit trail. The key is never in the database: whoever can write there cannot sign. */
export interface Signer {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
  sign(bytes: Buffer): Buffer;
}
