import type { Command } from 'commander';
import {
  type Connection,
  type ConnectionOptions,
  findConnection,
  type KeyedConnection,
  needKey,
} from './connection.ts';
import { explain, InterruptedError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { Output } from './output.ts';

/** The options that every command takes. */
export interface GlobalOptions extends ConnectionOptions {
  readonly output?: 'text' | 'json';
  readonly debug?: boolean;
}

/** What a command runs with. */
export interface Session {
  readonly output: Output;
  /** Aborted when the command is to come to an end: work in hand may be finished, and nothing new is begun. */
  readonly signal: AbortSignal;
  /** The platform, and the key where there is one. */
  readonly connection: Connection;
  /** The platform with a key; throws a UsageError without one. */
  readonly keyed: KeyedConnection;
}

/** What a command does, and the exit code that it ends with. */
type Run<Options> = (session: Session, options: Options, ...args: string[]) => Promise<ExitCode>;

/**
 * An action of commander that makes the session, runs the command, and says what goes wrong with it. Positional arguments
 * come after the options.
 */
export function action<Options>(run: Run<Options>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const args = given.slice(0, -2) as string[];
    const options = command.optsWithGlobals<GlobalOptions & Options>();
    const output = outputOf(options);
    const interruption = listenForInterrupt(output);
    let connection: Connection | undefined;
    const session: Session = {
      output,
      signal: interruption.signal,
      get connection() {
        if (connection === undefined) {
          connection = findConnection(options);
          warn(connection.warning, output);
        }
        return connection;
      },
      get keyed() {
        return needKey(this.connection);
      },
    };
    try {
      process.exitCode = await run(session, options, ...args);
    } catch (error) {
      process.exitCode = report(error, output, interruption.signal);
    } finally {
      output.endProgress();
      interruption.release();
    }
  };
}

/** Says what there is to look at, and goes on. */
export function warn(warning: string | undefined, output: Output): void {
  if (warning !== undefined) output.say(`${output.paint('yellow', 'warning', 'stderr')} ${warning}`);
}

const outputOf = ({ output, debug }: GlobalOptions): Output =>
  new Output({ isJson: output === 'json', isDebug: debug === true });

/** Says what went wrong, and answers the exit code for it. */
export function report(error: unknown, output: Output, signal?: AbortSignal): number {
  if (error instanceof InterruptedError || (signal?.aborted && isCalledOff(error, signal))) return EXIT.interrupted;
  const { message, advice, exitCode } = explain(error);
  output.say(`${output.paint('red', 'clawcierge:', 'stderr')} ${message}`);
  if (advice !== undefined) output.say(advice);
  if (output.isDebug && error instanceof Error) output.say(withCauses(error));
  return exitCode;
}

/** What is called off says so by the signal's reason, or as Node does. */
const isCalledOff = (error: unknown, { reason }: AbortSignal): boolean =>
  error === reason || (error instanceof Error && error.name === 'AbortError');

function withCauses(error: Error): string {
  const lines: string[] = [];
  for (let each: unknown = error; each instanceof Error && lines.length < 10; each = each.cause) {
    lines.push(`${lines.length === 0 ? '' : 'caused by '}${each.stack ?? each.message}`);
  }
  return lines.join('\n');
}
