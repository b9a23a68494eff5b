/** The browsers that somebody logged in with, shared by every node. What a method answers is committed. */
export interface LoginDeviceStore {
  /** Whether somebody was in with it at that moment or later. */
  isKnown(tokenHash: Buffer, since: Date): Promise<boolean>;
  /**
   * Somebody is in with it at that moment. Forgets those that nobody was in with at `since` or later, and of the others all but
   * the `max` that were used last.
   */
  remember(tokenHash: Buffer, at: { readonly now: Date; readonly since: Date; readonly max: number }): Promise<void>;
}
