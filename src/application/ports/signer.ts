/** Signs what the platform says of its audit trail. The key is never in the database: whoever can write there cannot sign. */
export interface Signer {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Buffer;
  sign(bytes: Buffer): Buffer;
}

/** By which keys besides its own a node takes the audit trail for signed: never those that the database names. */
export interface AuditTrust {
  /** Verifier keys that the operator named. */
  readonly verifiers: readonly string[];
  /** Public keys that the node had before. */
  readonly ownBefore: readonly Buffer[];
  /** Whether it has nothing to know a trail by: its own key was made just now, and none was named. */
  readonly takesFound: boolean;
}
