/** What proofs of work for registrations stand on. What a method answers is committed. */
export interface RegistrationWorkStore {
  /** Random bytes, the same on every node and after every start; made when they are asked for first. */
  secret(): Promise<Buffer>;
  /**
   * Says that the challenge of that SHA-256, which expires then, was spent; forgets those that expired before another moment.
   * Answers false where it was spent before: of concurrent callers, also on other nodes, one spends it.
   */
  spend(challengeHash: Buffer, expiresAt: Date, forgottenBefore: Date): Promise<boolean>;
}
