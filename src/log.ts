import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { Log } from './application/ports/log.ts';
import type { AppEnv, LogLevel } from './config.ts';

/**
 * The process's log, on standard error: lines for people in development, one JSON object a line elsewhere. What is
 * logged is chosen where it is logged; the redaction is the net below.
 */
export function createLog({ appEnv, logLevel }: { readonly appEnv: AppEnv; readonly logLevel: LogLevel }): Log {
  const options = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['authorization', '*.authorization', 'cookie', '*.cookie', 'token', '*.token', 'apiKey', '*.apiKey'],
  };
  return appEnv === 'development'
    ? pino(options, pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }))
    : pino(options, pino.destination(2));
}
