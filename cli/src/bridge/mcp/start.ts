import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { boundedFetch, MESSAGE_MAX_BYTES } from '../../bounded-fetch.ts';
import { UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { version } from '../../version.ts';
import { childEnvironment } from '../environment.ts';
import { checkNoKeyIn, headersIn } from '../headers.ts';
import { sayingTo } from '../lines.ts';
import type { SharedOptions } from '../options.ts';
import { runBridge } from '../run.ts';
import type { Say } from '../source.ts';
import { ChildTransport } from './child-transport.ts';
import type { ProtocolMode } from './session.ts';
import { McpSource } from './source.ts';

export interface McpOptions extends SharedOptions {
  readonly env: readonly string[];
  readonly cwd?: string;
  readonly protocol: ProtocolMode;
  readonly headerFile?: string;
  readonly sessions: 'per-sender' | 'shared';
  readonly maxSessions: number;
  readonly sessionIdle: number;
}

const CHECK_EVERY_MS = 15_000;

/** `clawcierge bridge mcp`: a command that starts the server, or its URL. */
export async function startMcp(session: Session, options: McpOptions, server: readonly string[]): Promise<ExitCode> {
  const { sessions, maxSessions: sessionsMax, sessionIdle, concurrency, resultMaxBytes } = options;
  const say = sayingTo(session.output, 'server: ');
  const url = urlIn(server);
  if (url !== null && (options.env.length > 0 || options.cwd !== undefined)) {
    throw new UsageError('--env and --cwd are for a command; a URL has --header-file.');
  }
  const source = new McpSource({
    ...(url === null
      ? { connect: child(server, options, say), protocol: options.protocol }
      : { connect: remote(url, headersIn(options.headerFile)), protocol: 'auto', checkEveryMs: CHECK_EVERY_MS }),
    sessions,
    sessionsMax,
    sessionIdleMs: sessionIdle * 1_000,
    waitersMax: concurrency - 1,
    resultMaxBytes,
    version: version(),
    say,
  });
  return runBridge(session, options, source);
}

/** A single URL in place of a command. */
function urlIn(server: readonly string[]): URL | null {
  const [first = ''] = server;
  if (!/^https?:\/\//i.test(first)) return null;
  if (server.length > 1) throw new UsageError(`A URL stands alone, and after ${first} there is “${server[1]}”.`);
  if (!URL.canParse(first)) throw new UsageError(`“${first}” is no URL.`);
  const url = new URL(first);
  checkNoKeyIn(url);
  return url;
}

function child([command = '', ...args]: readonly string[], { env, cwd, headerFile }: McpOptions, say: Say) {
  if (headerFile !== undefined) throw new UsageError('--header-file is for a URL; a command has --env.');
  const environment = childEnvironment(env);
  const program = { command, args, env: environment, ...(cwd !== undefined && { cwd }) };
  return (): Transport => new ChildTransport(program, say);
}

const remote = (url: URL, headers: Readonly<Record<string, string>>) => (): Transport =>
  new StreamableHTTPClientTransport(url, { fetch: boundedFetch(MESSAGE_MAX_BYTES), requestInit: { headers } });
