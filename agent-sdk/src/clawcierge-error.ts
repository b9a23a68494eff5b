/** Everything that the SDK throws on purpose. `code` is stable and machine-readable. */
export abstract class ClawciergeError extends Error {
  abstract readonly code: string;
  /** Whether the same call may work later although nothing is changed. */
  readonly retryable: boolean = false;

  override get name(): string {
    return this.constructor.name;
  }
}
