import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, STANDUP, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import { mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { platformForTest } from '../testkit/platform.ts';
import { pythonWithWebsockets, runPython, startPython, withoutPython } from '../testkit/python.ts';

const LEGACY_CLIENT = fileURLToPath(new URL('./legacy-client.py', import.meta.url));
const PROTOCOL = new URL('../../schema/agent-protocol.md', import.meta.url);

describe('a client in another language', () => {
  it('written for the original server works unchanged', async ({ skip }) => {
    if (pythonWithWebsockets === null) return skip(withoutPython);
    const { url } = await platformForTest();
    const { code, stdout, stderr } = await runPython(pythonWithWebsockets, [
      LEGACY_CLIENT,
      url,
      uniqueHandle('legacy'),
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      registered: 'inactive',
      offline: 503,
      resolved: 'active',
      completed: {
        submitted: 'dispatched',
        polled: { status: 'completed', result: { event_id: 'evt-1', title: 'Standup' }, error: null },
      },
      failed: { polled: { status: 'failed', result: null, error: { message: 'No room is free' } } },
      rejected: 422,
      stage: 'capability_sandbox',
    });
  });

  it('copied from agent-protocol.md serves requests, and stops when its agent is deleted', async ({ skip }) => {
    if (pythonWithWebsockets === null) return skip(withoutPython);
    const file = agentOfTheProtocol();
    const platform = await platformForTest();
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const address = `${platform.socketUrl}/v1/agents/${agent.id}/ws?token=${agent.apiKey}`;
    const python = startPython(pythonWithWebsockets, [file, address]);
    const ended = once(python.process, 'close');
    const completed = await untilStatus(platform, id, sender, 'COMPLETED');
    expect(completed.result).toEqual({ echo: STANDUP.params });
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    await within(ended, 'end of the Python agent', PROCESS_WITHIN_MS);
    expect(python.output().stderr).toContain('closed for good: 4001');
  });

  it('copied from agent-protocol.md stops at a key that opens nothing', async ({ skip }) => {
    if (pythonWithWebsockets === null) return skip(withoutPython);
    const platform = await platformForTest();
    const { agent } = await agentAndSender(platform);
    const address = `${platform.socketUrl}/v1/agents/${agent.id}/ws?token=clw_agent_none`;
    const { code, stderr } = await runPython(pythonWithWebsockets, [agentOfTheProtocol(), address]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'closed for good: 401\n' });
  });
});

/** The protocol page's own agent, in a file that is removed when the test is over. */
function agentOfTheProtocol(): string {
  const script = /```python\n([\s\S]+?)```/.exec(readFileSync(PROTOCOL, 'utf8'))?.[1] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-protocol-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'agent.py');
  writeFileSync(file, script);
  return file;
}
