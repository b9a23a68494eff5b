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
  /** Of a node that has had nothing to know a trail by, until its own key has signed one; null of any other. */
  readonly newcomer: NewcomersTrust | null;
}

/** By what a node goes whose own key was made on a trail and has signed nothing yet: the key that it finds there at first, and no other later. */
export interface NewcomersTrust {
  /** The verifier key that it found and took; null as long as it has found none. */
  taken(): string | null;
  /** Keeps what it found, for the next start too. */
  take(verifier: string): void;
  /** Its own key has signed: from now on it knows the trail by that. */
  end(): void;
}
