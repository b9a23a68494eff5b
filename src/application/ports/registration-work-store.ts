/** What proofs of work for registrations stand on. What a method answers is committed. */
export interface RegistrationWorkStore {
  /** Random bytes, the same on every node and after every start; made when they are asked for first. */
  secret(): Promise<Buffer>;
  /**
   * Says that the challenge of that SHA-256 was spent, until it expires. Answers false where it was before: of concurrent
   * callers, also on other nodes, one spends it.
   */
  spend(challengeHash: Buffer, expiresAt: Date, now: Date): Promise<boolean>;
}
