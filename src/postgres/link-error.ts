/** Why a database cannot be reached, for an operator: the message names the setting, the file or the host, and the cause. */
export class LinkError extends Error {
  /** Of the system, of TLS or of PostgreSQL. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkError';
    this.code = code;
  }
}

/** The code of whatever was thrown, where it has one. */
export const codeOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
