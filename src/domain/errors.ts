/** One thing that is wrong with an input. `path` is dotted camelCase, as in `input.capabilities.0.paramsSchema`. */
export type InputIssue = { readonly path: string; readonly message: string };

/**
 * A failure that the outside may hear of: its message is written for them. Causes go to the log.
 * Everything that is not a DomainError is masked by the transports.
 */
export abstract class DomainError extends Error {
  /** A stable, machine-readable name, in snake_case. */
  abstract readonly code: string;
}
