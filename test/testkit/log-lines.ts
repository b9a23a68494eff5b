import type { TestPlatform } from './platform.ts';

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly message: string };

/** The lines of a platform's log with that message. */
export const linesWith = ({ log }: Pick<TestPlatform, 'log'>, message: string): readonly LogLine[] =>
  log.lines.map((line): LogLine => JSON.parse(line)).filter((line) => line.message === message);
