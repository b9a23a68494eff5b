const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LEVELS)[number];

type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Where the SDK writes what it does. API keys, params and results never go there. */
export type Logger = Readonly<Record<LogLevel, Log>>;

/** Writes one line per message to stderr, from the given level upwards. */
export function consoleLogger(lowest: LogLevel = 'warn'): Logger {
  const from = LEVELS.indexOf(lowest);
  const log =
    (level: LogLevel): Log =>
    (message, fields) => {
      if (LEVELS.indexOf(level) < from) return;
      const details = fields ? ` ${JSON.stringify(fields)}` : '';
      console.error(`${new Date().toISOString()} ${level} clawcierge: ${message}${details}`);
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

const silence: Log = () => {};

/** Writes nothing. */
export const silentLogger: Logger = { debug: silence, info: silence, warn: silence, error: silence };
