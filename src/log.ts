import { pino } from 'pino';
import pretty from 'pino-pretty';
import { currentCall } from './application/ports/call.ts';
import type { LineLevel, Log } from './application/ports/log.ts';
import type { AppEnv, LogLevel } from './config.ts';
import { traceIdOf } from './domain/trace-context.ts';

type Settings = {
  readonly appEnv: AppEnv;
  readonly logLevel: LogLevel;
  /** Whose lines they are, where several nodes write into one place. */
  readonly nodeId?: string;
};

/** Lines that wait for a reader of the log that does not read. What comes over it is dropped, and counted. */
const UNWRITTEN_MAX_BYTES = 16 * 1_024 * 1_024;
/** Lines are written together: so many bytes, or what there is after so many milliseconds, or at a warning. */
const WRITTEN_TOGETHER_BYTES = 4_096;
const WRITTEN_WITHIN_MS = 100;
const STANDARD_ERROR = 2;

/**
 * The process's log, on standard error: lines for people in development, one JSON object a line elsewhere. What is
 * logged is chosen where it is logged; the redaction is the net below.
 */
export function createLog({ appEnv, logLevel, nodeId }: Settings): Log {
  const options = {
    level: logLevel,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  const redacted = {
    ...options,
    redact: ['authorization', '*.authorization', 'cookie', '*.cookie', 'token', '*.token', 'apiKey', '*.apiKey'],
  };
  if (appEnv === 'development') {
    const stream = pretty({
      destination: STANDARD_ERROR,
      sync: true,
      translateTime: 'SYS:HH:MM:ss.l',
      messageKey: 'message',
      singleLine: true,
    });
    return readable(pino({ ...redacted, base: null }, stream));
  }
  // A reader that is stuck would else hold up every request.
  const destination = pino.destination({
    dest: STANDARD_ERROR,
    sync: false,
    maxLength: UNWRITTEN_MAX_BYTES,
    minLength: WRITTEN_TOGETHER_BYTES,
  });
  const base = { node: nodeId };
  const log = pino({ ...redacted, base }, destination);
  let dropped = 0;
  destination.on('drop', () => {
    dropped += 1;
  });
  destination.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'lines of the log were dropped: what reads it was too slow');
  });
  let isDue = false;
  // Not every so often: a node that says nothing writes nothing.
  const writeSoon = (): void => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      destination.flush();
    }, WRITTEN_WITHIN_MS).unref();
  };
  // To look for what is to be redacted takes more than twice as long as to print a line; each member of this one is chosen.
  const answers = pino({ ...options, base }, destination);
  const say = (level: LineLevel) => {
    const afterwards = level === 'warn' || level === 'error' ? () => destination.flush() : writeSoon;
    return (fields: object, message: string) => {
      if (!log.isLevelEnabled(level)) return;
      (message === ANSWERED ? answers : log)[level](fields, message);
      afterwards();
    };
  };
  return logSaying(say, log);
}

/** The line of a request that was answered, of which there are as many as requests. */
const ANSWERED = 'answered';

/** `POST /v1/agents/:handle/requests 202 in 12 ms`, where a request was answered, with what else a developer looks for. */
function readable(log: Log): Log {
  const say = (level: LineLevel) => (fields: object, message: string) => {
    if (message !== ANSWERED) return log[level](fields, message);
    const {
      method,
      route,
      operation,
      status,
      ms,
      address: _,
      httpRequestId: __,
      traceId: ___,
      ...rest
    } = fields as AnswerFields;
    const what = [method, route ?? '(no such path)', operation, status ?? '(its caller has left)'];
    log[level](rest, [...what, ms === undefined ? undefined : `in ${ms} ms`].filter((each) => each != null).join(' '));
  };
  return logSaying(say, log);
}

type AnswerFields = Readonly<Record<string, unknown>>;

/** Writes each level's lines by what `say` answers for it; which are on is the other log's to say. */
function logSaying(say: (level: LineLevel) => Log[LineLevel], log: Log): Log {
  const isLevelEnabled = (level: LineLevel) => log.isLevelEnabled(level);
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'), isLevelEnabled };
}

/** The log, with the id of the call in whose course a line is written. */
export function logOfCalls(log: Log): Log {
  const named = (fields: object): object => {
    const call = currentCall();
    if (call === null) return fields;
    return { ...fields, httpRequestId: call.id, ...(call.trace && { traceId: traceIdOf(call.trace) }) };
  };
  const say = (level: LineLevel) => (fields: object, message: string) => {
    if (log.isLevelEnabled(level)) log[level](named(fields), message);
  };
  return logSaying(say, log);
}
