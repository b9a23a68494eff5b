const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;
type Log = (message: string, fields?: Fields) => void;

/** Where the SDK writes what it does. API keys, params and results never go there. */
export type Logger = Readonly<Record<LogLevel, Log>>;

/** What a logged stack has at most, in characters. */
const STACK_MAX_LENGTH = 8_000;

/** What there is to log of something that was thrown. */
export function fieldsOfError(error: unknown): Fields {
  if (!(error instanceof Error)) return { message: printed(error) };
  return { message: error.message, stack: error.stack?.slice(0, STACK_MAX_LENGTH) };
}

/** `String` throws for what cannot be made a text, such as an object without a prototype. */
function printed(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** The same logger, in whose lines the secret never stands, wherever it came from. */
export function withoutSecret(logger: Logger, secret: string): Logger {
  const hide = (text: string) => text.replaceAll(secret, '***');
  const hideIn = (fields: Fields): Fields => {
    const text = JSON.stringify(fields);
    return text.includes(secret) ? JSON.parse(hide(text)) : fields;
  };
  const log =
    (level: LogLevel): Log =>
    (message, fields) =>
      logger[level](hide(message), fields && hideIn(fields));
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

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
