import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ANY_WORK, agentUnderTest, Gate, start } from '../agent-sdk/platform/agent-under-test.ts';
import { agentAndSender, publishCapabilities, type Sender } from '../testkit/actors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { Mailbox } from '../testkit/mailbox.ts';
import { platformForFile } from '../testkit/platform.ts';
import { as, homeForTest } from './run-cli.ts';

const platform = platformForFile();
const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

/** A host of MCP that has started `clawcierge mcp` for the agent. */
async function host(handle: string, sender: Sender, mode: 'legacy' | 'auto') {
  const changes = new Mailbox<'changed'>();
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, 'mcp', handle],
    env: { PATH: process.env.PATH ?? '', HOME: homeForTest().folder, ...as(platform, sender).env },
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (data) => (stderr += String(data)));
  const client = new Client(
    { name: 'host', version: '1' },
    {
      versionNegotiation: { mode },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => changes.put('changed') } },
    },
  );
  const broken: Error[] = [];
  client.onerror = (error) => {
    // The client looks at an answer before the progress that came in front of it, where both came at once.
    if (!error.message.startsWith('Received a progress notification for an unknown token')) broken.push(error);
  };
  onTestFinished(() => client.close());
  await client.connect(transport);
  return { client, changes, broken, stderr: () => stderr };
}

describe.each(['legacy', 'auto'] as const)('clawcierge mcp, for a host that speaks %s', (mode) => {
  it('passes on tools, calls, progress, cancellation and changes', async () => {
    const { agent: registered, sender } = await agentAndSender(platform, [
      { action: 'work.do', resultSchema: { type: 'array' } },
      { action: 'work.wait' },
    ]);
    const { agent } = agentUnderTest(platform, registered, 'websocket');
    const gate = new Gate();
    agent.on('work.do', ({ params, progress }) => {
      progress(1, { total: 2, message: 'half' });
      return [params];
    });
    agent.on('work.wait', (_request, { signal }) => gate.pass(signal));
    await within(agent.start(), 'open channel');
    const { client, changes, broken, stderr } = await host(registered.handle, sender, mode);
    expect(client.getServerVersion()).toMatchObject({ name: registered.handle });

    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['work_do', 'work_wait']));
    expect(tools[0]?.outputSchema).toEqual(mode === 'auto' ? { type: 'array' } : undefined);

    const heard: (string | undefined)[] = [];
    const called = await client.callTool(
      { name: 'work_do', arguments: { n: 1 } },
      { onprogress: ({ message }) => heard.push(message) },
    );
    expect(called.content).toEqual([{ type: 'text', text: JSON.stringify([{ n: 1 }]) }]);
    expect(called.structuredContent).toEqual(mode === 'auto' ? [{ n: 1 }] : undefined);
    expect(heard).not.toEqual([]);
    await expect(client.callTool({ name: 'work_not' })).rejects.toThrow('Unknown tool');

    const giveUp = new AbortController();
    const given = client.callTool({ name: 'work_wait' }, { signal: giveUp.signal }).catch((error: unknown) => error);
    const signal = await gate.entry();
    giveUp.abort();
    await eventually(() => expect(signal.aborted).toBe(true));
    await given;
    gate.open();

    await publishCapabilities(platform, registered, [{ action: 'work.other' }]);
    await changes.take(() => true, 'change of the list');
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('work_other');
    expect({ broken, stderr: stderr() }).toEqual({ broken: [], stderr: '' });
  });
});

describe('clawcierge mcp', () => {
  it('ends with its host, which may close stdin at any time', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const child = homeForTest().start(['mcp', agent.handle], { ...as(platform, sender), isTypedTo: true });
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'h', version: '1' } };
    child.types(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
    await child.says('"id":1');
    child.types(null);
    expect(await child.ended()).toBe(0);
    expect(child.stdout().trim().split('\n')).toHaveLength(1);
    expect(child.stderr()).toBe('');
  });

  it.each([
    [
      'the agent is not there',
      async (by: Sender) => as(platform, by),
      'nobody.there',
      1,
      'There is no agent “nobody.there”',
    ],
    ['the key opens nothing', async () => as(platform, { apiKey: 'clw_sender_no' }), null, 1, 'does not know the key'],
    [
      'there is no platform',
      async () => as({ url: `http://127.0.0.1:${await freePort()}` }, { apiKey: 'clw_sender_no' }),
      null,
      4,
      'does not open',
    ],
  ])('says on stderr that %s, and nothing on stdout', async (_what, by, handle, exit, says) => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const ran = await homeForTest().run(['mcp', handle ?? agent.handle], await by(sender));
    expect(ran).toMatchObject({ code: exit, stdout: '' });
    expect(ran.stderr).toContain(says);
  });

  it('says that a key may not submit', async () => {
    const { agent } = await agentAndSender(platform, ANY_WORK);
    const ran = await homeForTest().run(['mcp', agent.handle], as(platform, { apiKey: agent.ownerKey }));
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('requests:submit');
  });

  it('goes on when the agent is away for a while', async () => {
    const { agent: registered, sender } = await agentAndSender(platform, ANY_WORK);
    const { client } = await host(registered.handle, sender, 'legacy');
    const away = await client.callTool({ name: 'work_do' });
    expect(away).toMatchObject({ isError: true });
    const tested = agentUnderTest(platform, registered, 'websocket');
    tested.agent.on('work.do', () => ({ done: true }));
    await start(tested);
    expect((await client.callTool({ name: 'work_do' })).structuredContent).toEqual({ done: true });
  });
});
