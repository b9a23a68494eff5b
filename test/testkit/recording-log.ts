import type { Log } from '../../src/application/ports/log.ts';

/** A log that keeps what was written, for tests that check it, and prints nothing. */
export function createRecordingLog(): Log & { readonly lines: readonly string[]; errors(): readonly string[] } {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    const { err, ...rest } = fields as { err?: unknown };
    const cause = err instanceof Error ? { err: err.stack } : { err };
    lines.push(JSON.stringify({ level, message, ...rest, ...cause }));
  };
  return {
    lines,
    errors: () => lines.filter((line) => line.startsWith('{"level":"error"')),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    isLevelEnabled: () => true,
  };
}
