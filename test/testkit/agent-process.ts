import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Agent } from './actors.ts';
import { PROCESS_WITHIN_MS, within } from './eventually.ts';
import { Mailbox } from './mailbox.ts';
import type { TestPlatform } from './platform.ts';

const MAIN = fileURLToPath(new URL('../cluster/agent.ts', import.meta.url));

export type AgentProcess = {
  /** Waits until it was given the request, and answers the attempt. */
  received(requestId: string, ms?: number): Promise<number>;
  end(signal: NodeJS.Signals): Promise<void>;
};

/**
 * An agent as a process of its own, with the agent SDK; ended when the test is over. It completes what it gets, or acks
 * it and hangs.
 */
export async function startAgentProcess(
  platform: Pick<TestPlatform, 'url'>,
  agent: Agent,
  does: 'complete' | 'hang' = 'complete',
): Promise<AgentProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, AGENT_URL: platform.url, AGENT_KEY: agent.apiKey, AGENT_DOES: does },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = new Mailbox<string>();
  createInterface({ input: child.stdout }).on('line', (line) => lines.put(line));
  void exited.then(() => lines.end('it exited'));
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await within(exited, 'end of the agent', PROCESS_WITHIN_MS);
  };
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await end('SIGKILL');
  });
  await lines.take((line) => line === 'ready', 'channel of the agent', PROCESS_WITHIN_MS);
  return {
    async received(requestId, ms) {
      const line = await lines.take((each) => each.startsWith(`got ${requestId} `), `delivery of ${requestId}`, ms);
      return Number(line.split(' ')[2]);
    },
    end,
  };
}
