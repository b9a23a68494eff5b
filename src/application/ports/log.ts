export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured logging. Never given a key, a token, params or a result. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Whether lines of that level are written: what is only for one that is not need not be put together. */
  isLevelEnabled(level: LineLevel): boolean;
}

/** Writes nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  isLevelEnabled: () => false,
};
