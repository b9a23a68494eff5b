import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { ClawciergeClient } from '../../agent-sdk/src/index.ts';
import type { Child } from '../agent-sdk/platform/child-process.ts';
import { type Home, homeForTest } from '../cli/run-cli.ts';
import { type OwnedAgent, registerAgent, registerSender } from '../testkit/actors.ts';
import type { TestPlatform } from '../testkit/platform.ts';

/** The command of the fixture server. */
export const FIXTURE = [process.execPath, fileURLToPath(new URL('fixture-server.ts', import.meta.url))];

type Params = Readonly<Record<string, unknown>>;
type At = Pick<TestPlatform, 'url' | 'socketUrl'>;

/** A sender that asks one agent. */
export type Asker = {
  readonly id: string;
  readonly apiKey: string;
  readonly client: ClawciergeClient;
  /** Asks, and answers how it ended. */
  ask(action: string, params?: Params): ReturnType<ClawciergeClient['request']>;
  /** Asks, and answers the request's id at once, whether or not the agent is there. */
  submit(action: string, params?: Params): Promise<string>;
};

export type Bridged = {
  readonly home: Home;
  readonly agent: OwnedAgent;
  readonly bridge: Child;
  asker(): Promise<Asker>;
  /** Starts the same bridge again, in the same place. */
  again(options?: readonly string[]): Promise<Child>;
};

/** Runs `clawcierge bridge` for an agent of its own, with other variables, until its channel is open. Ended when the test is over. */
export async function bridged(
  platform: At,
  kind: 'mcp' | 'http' | 'command',
  args: (home: Home) => readonly string[],
  others: Readonly<Record<string, string>> = {},
): Promise<Bridged> {
  const [home, agent] = [homeForTest(), await registerAgent(platform)];
  const env = { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY: agent.apiKey, ...others };
  const start = async (options: readonly string[] = []) => {
    const bridge = home.start(['bridge', kind, ...options, ...args(home)], { env });
    await bridge.says('the channel is open');
    return bridge;
  };
  return { home, agent, bridge: await start(), asker: () => askerOf(platform, agent), again: start };
}

/** A sender of its own that asks the agent. */
export async function askerOf(platform: At, { handle }: { readonly handle: string }): Promise<Asker> {
  const { id, apiKey } = await registerSender(platform);
  const client = new ClawciergeClient({ url: platform.url, apiKey });
  onTestFinished(() => client.close());
  return {
    id,
    apiKey,
    client,
    ask: (action, params = {}) => client.request({ handle, action, params }, { timeoutMs: 60_000 }),
    submit: async (action, params = {}) => (await client.submit({ handle, action, params, whenOffline: 'QUEUE' })).id,
  };
}

/** Whether there is such a process. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
