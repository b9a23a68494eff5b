import { onTestFinished } from 'vitest';
import {
  ClawciergeAgent,
  type ClawciergeAgentOptions,
  ClawciergeClient,
  type ClawciergeClientOptions,
  type Logger,
  type PlatformUrl,
  type Verdict,
} from '../../../agent-sdk/src/index.ts';
import { agentAndSender } from '../../testkit/actors.ts';
import { within } from '../../testkit/eventually.ts';
import { Mailbox } from '../../testkit/mailbox.ts';
import type { TestPlatform } from '../../testkit/platform.ts';

/** Both ways to hold a channel: whatever is said of one must hold for the other. */
export const TRANSPORTS = ['graphql', 'websocket'] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** A contract with one action that takes anything. */
export const ANY_WORK = [{ action: 'work.do' }] as const;
export const WORK = { action: 'work.do', params: {} } as const;

type At = { readonly url: PlatformUrl };
type Owner = { readonly apiKey: string };
type AgentOptions = Partial<Omit<ClawciergeAgentOptions, 'url' | 'apiKey' | 'transport'>>;

/** An agent of the SDK with everything that it told, stopped when the test is over. */
export type AgentUnderTest = {
  readonly agent: ClawciergeAgent;
  /** One item each time the channel opened. */
  readonly openings: Mailbox<'open'>;
  /** One item each time a connection was lost or refused. */
  readonly losses: Mailbox<Verdict & { readonly retryInMs: number }>;
  /** What it logged: `level message {fields}`. */
  readonly log: readonly string[];
};

export function agentUnderTest(
  platform: At,
  { apiKey }: Owner,
  transport: Transport,
  options: AgentOptions = {},
): AgentUnderTest {
  const openings = new Mailbox<'open'>();
  const losses = new Mailbox<Verdict & { readonly retryInMs: number }>();
  const log: string[] = [];
  const agent = new ClawciergeAgent({
    url: platform.url,
    apiKey,
    transport,
    logger: recordingLogger(log),
    backoffBaseMs: 50,
    onConnected: () => openings.put('open'),
    onDisconnected: (verdict, retryInMs) => losses.put({ ...verdict, retryInMs }),
    ...options,
  });
  onTestFinished(() => agent.stop({ drainMs: 0 }));
  return { agent, openings, losses, log };
}

function recordingLogger(lines: string[]): Logger {
  const write = (level: string) => (message: string, fields?: object) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Its channel is open. */
export const start = ({ agent }: AgentUnderTest): Promise<void> => within(agent.start(), 'open channel');

/** A sender of the SDK, closed when the test is over. */
export function clientUnderTest(
  platform: At,
  { apiKey }: Owner,
  options: Partial<ClawciergeClientOptions> = {},
): ClawciergeClient {
  const client = new ClawciergeClient({ url: platform.url, apiKey, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** Work that waits until the test lets it go on, and what the test sees of it. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly #entries = new Mailbox<AbortSignal>();
  /** How often work began. */
  entered = 0;

  /** The next piece of work that has begun: the signal it was given. */
  entry(ms?: number): Promise<AbortSignal> {
    return this.#entries.take(() => true, 'work', ms);
  }

  /** To be called by the work. */
  async pass(signal: AbortSignal): Promise<void> {
    this.entered += 1;
    this.#entries.put(signal);
    await this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/**
 * A registered agent whose work waits at a gate and answers with its attempt, connected, and a sender with what to ask
 * it. `via` is where the agent connects, the platform itself by default.
 */
export async function agentAtWork(
  platform: TestPlatform,
  transport: Transport,
  options: AgentOptions = {},
  via: At = platform,
) {
  const { agent: registered, sender } = await agentAndSender(platform, ANY_WORK);
  const tested = agentUnderTest(via, registered, transport, options);
  const gate = new Gate();
  tested.agent.on(WORK.action, ({ attempt }, { signal }) => gate.pass(signal).then(() => ({ attempt })));
  await start(tested);
  await tested.openings.take();
  const client = clientUnderTest(platform, sender);
  const to = { handle: registered.handle, ...WORK };
  const submit = (more: object = {}) => client.submit({ ...to, ...more });
  return { ...tested, tested, gate, registered, sender, client, to, submit };
}

/** Resolves when the signal has fired, with its reason. */
export const aborted = (signal: AbortSignal, ms?: number): Promise<unknown> =>
  within(
    new Promise((resolve) => {
      if (signal.aborted) resolve(signal.reason);
      else signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
    }),
    'abort',
    ms,
  );
