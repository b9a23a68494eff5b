import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tcpProxyFor } from '../agent-sdk/platform/tcp-proxy.ts';
import { type Home, homeForTest } from '../cli/run-cli.ts';
import { readRequest, registerAgent } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask as query } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';
import { bridged, FIXTURE, isRunning } from './bridged.ts';

// A channel that is lost without a word is noticed soon, and what was under way then comes again soon.
const platform = platformForFile({
  env: { DELIVERY_ACK_TIMEOUT_SECONDS: '1', WS_HEARTBEAT_INTERVAL_SECONDS: '1', WS_HEARTBEAT_TIMEOUT_SECONDS: '3' },
});

const start = (options: readonly string[] = []) => bridged(platform, 'mcp', () => [...options, '--', ...FIXTURE]);

/** The actions of the agent's active contract. */
async function offered(agent: { readonly id: string }): Promise<readonly string[]> {
  const fields = 'agent(id: $id) { capabilities { capabilities { action } } }';
  const { agent: found } = await query(platform, `query ($id: ID!) { ${fields} }`, { id: agent.id });
  return found.capabilities.capabilities.map(({ action }: { action: string }) => action);
}

const isActive = async (agent: { readonly id: string }) =>
  (await query(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).agent.status === 'ACTIVE';

const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);

describe('clawcierge bridge mcp', () => {
  it('offers each tool, but for what the platform refuses, and says what it left out and why', async () => {
    const { agent, bridge } = await start();
    const actions = await offered(agent);
    expect(actions).toContain('bad_output');
    expect(actions).not.toContain('bad name');
    expect(bridge.stderr()).toMatch(/left out: bad name: /);
    expect(bridge.stderr()).toMatch(/left out: the result schema of bad_output: /);
    expect(bridge.stderr()).toContain('server: the fixture is there');
    expect(bridge.stdout()).toBe('');
  });

  it('offers as many of ten thousand tools as a contract takes, and says no more of a tool than fits a line', async () => {
    const tools = Array.from({ length: 10_000 }, (_, index) => ({
      name: index === 3 ? `spoof\noffered: all ${'x'.repeat(10_000)}` : `tool_${index}`,
      description: 'd'.repeat(index < 200 ? 7_000 : 10),
      inputSchema: { type: 'object' },
    }));
    const list = ({ write }: Home) => ['--', ...FIXTURE, write('tools.json', { tools })];
    const { agent, bridge } = await bridged(platform, 'mcp', list);
    const actions = await offered(agent);
    expect(actions.length).toBeGreaterThan(60);
    expect(actions).toEqual(
      tools
        .filter((_, index) => index !== 3)
        .map(({ name }) => name)
        .slice(0, actions.length),
    );
    const lines = bridge.stderr().trim().split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(/^left out: 9744 capabilities, since a contract has at most 256: tool_256, tool_257, /),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^left out: spoof offered: all xxx/));
    expect(lines.filter((line) => line.startsWith('offered: '))).toHaveLength(1);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(4_100);
  });

  it('publishes nothing where nothing is different, and what is new soon after the server says so', async () => {
    const { agent, asker, bridge, again } = await start(['--sessions', 'shared']);
    const { ask } = await asker();
    await ask('grow', { text: 'later' });
    await eventually(async () => expect(await offered(agent)).toContain('later'));
    await eventually(() => expect(bridge.stderr()).toContain('version 2 of the contract'));
    bridge.kill('SIGTERM');
    expect(await bridge.ended()).toBe(0);
    const second = await again();
    await eventually(() => expect(second.stderr()).toContain('version 3 of the contract'));
    second.kill('SIGTERM');
    await second.ended();
    expect((await again()).stderr()).toContain('version 3 of the contract');
  });

  it('publishes what is new also where the platform could not be reached at first', async () => {
    const network = await tcpProxyFor(platform);
    const { agent, asker, bridge } = await bridged(network, 'mcp', () => ['--sessions', 'shared', '--', ...FIXTURE]);
    await (await asker()).ask('grow', { text: 'later' });
    network.leadTo(null);
    network.cut();
    await bridge.says('not published: ');
    network.leadTo(platform.url);
    await eventually(async () => expect(await offered(agent)).toContain('later'));
  });

  it('keeps senders apart: each has a session with the server of its own', async () => {
    const { asker } = await start();
    const [one, other] = [await asker(), await asker()];
    await one.ask('note', { text: 'mine' });
    await one.ask('note', { text: 'and mine' });
    await other.ask('note', { text: 'the other’s' });
    expect((await one.ask('notes')).result).toEqual({ content: texts('mine', 'and mine') });
    expect((await other.ask('notes')).result).toEqual({ content: texts('the other’s') });
  });

  it('has one session for all with --sessions shared', async () => {
    // That probe is nothing to a server of before.
    const { asker } = await start(['--sessions', 'shared', '--protocol', 'auto']);
    const [one, other] = [await asker(), await asker()];
    await one.ask('note', { text: 'ours' });
    expect((await other.ask('notes')).result).toEqual({ content: texts('ours') });
  });

  it('takes an agent of a platform for the server that its door makes it, in the newest version of MCP', async () => {
    const inner = await start(['--sessions', 'shared']);
    const { apiKey } = await inner.asker();
    const outer = await bridged(platform, 'mcp', ({ write }) => [
      ...['--header-file', write('headers', `Authorization: Bearer ${apiKey}\n`)],
      `${platform.url}/mcp/${inner.agent.handle}`,
    ]);
    expect(await offered(outer.agent)).toEqual(await offered(inner.agent));
    // The door's own tools are its platform's affair.
    expect(outer.bridge.stderr()).toMatch(/left out: clawcierge_request: /);
    const { ask } = await outer.asker();
    expect(await ask('note', { text: 'through both' })).toMatchObject({ status: 'COMPLETED' });
    expect((await ask('notes')).result).toEqual({ content: texts('through both') });
    expect((await ask('fail')).error).toMatchObject({ code: 'tool_error' });
    await ask('grow', { text: 'later' });
    await eventually(async () => expect(await offered(outer.agent)).toContain('later'));
  });

  it('closes a session that nobody uses, and tells further senders that it is busy', async () => {
    const { asker } = await start(['--max-sessions', '1', '--session-idle', '2', '--concurrency', '1']);
    const [one, other] = [await asker(), await asker()];
    await one.ask('note', { text: 'mine' });
    expect((await other.ask('notes')).error).toMatchObject({ code: 'busy' });
    await eventually(async () => expect((await other.ask('notes')).result).toEqual({ content: [] }));
  });

  it('answers errors of the tool, of the protocol, and of the server', async () => {
    const { asker, bridge } = await start();
    const { ask } = await asker();
    expect((await ask('fail')).error).toEqual({ code: 'tool_error', message: 'It is closed\non Sundays' });
    expect((await ask('refuse')).error).toEqual({ code: 'tool_error', message: expect.stringContaining('no refuse') });
    expect((await ask('blocks')).error).toMatchObject({ code: 'result_too_large' });
    expect((await ask('large')).error).toMatchObject({ code: 'result_too_large' });
    expect((await ask('crash')).error).toMatchObject({ code: 'upstream_error' });
    // A session that is gone is another sender's no more than this one's next.
    expect(await ask('notes')).toMatchObject({ status: 'COMPLETED' });
    expect(bridge.stderr()).toContain('The server ended with exit code 3.');
  });

  it('leaves out a second copy of what is structured where there is no place for both', async () => {
    const { result } = await (await (await start()).asker()).ask('twice');
    expect(result).toEqual({ content: [], structured: { text: 'x'.repeat(600_000) } });
  });

  it('holds the channel only while the server works', async () => {
    const { agent, asker, bridge } = await start(['--sessions', 'shared']);
    const { ask } = await asker();
    expect((await ask('crash')).error).toMatchObject({ code: 'upstream_error' });
    await bridge.says('the server has ended');
    await eventually(() => expect(bridge.stderr().match(/the channel is open/g)).toHaveLength(2));
    await eventually(async () => expect(await isActive(agent)).toBe(true));
    expect(await ask('notes')).toMatchObject({ status: 'COMPLETED' });
  });

  it('tells how far a tool is', async () => {
    const { asker, home } = await start();
    const { submit, client } = await asker();
    const file = join(home.folder, 'steps');
    const id = await submit('steps', { text: file });
    const progress = { value: 1, total: 3, message: 'one of three' };
    await eventually(async () => expect(await client.read(id)).toMatchObject({ status: 'ACKED', progress }));
    writeFileSync(`${file}.go`, '');
    expect(await client.wait(id)).toMatchObject({ status: 'COMPLETED', result: { content: texts('done') } });
  });

  it('tells the tool when nobody wants its answer any more', async () => {
    const { asker, home } = await start();
    const { submit, client, apiKey } = await asker();
    const file = join(home.folder, 'look');
    const id = await submit('look', { text: file });
    await eventually(() => expect(linesOf(`${file}.begun`)).toEqual(['begun']));
    await client.cancel(id);
    await eventually(() => expect(linesOf(`${file}.ended`)).toEqual(['cancelled']));
    expect(await readRequest(platform, id, { apiKey })).toMatchObject({ status: 'CANCELLED' });
  });

  it('leaves nothing running: neither the server nor what it has started', async () => {
    const { asker, bridge } = await start();
    const { result } = await (await asker()).ask('orphan');
    const pids = (result as { content: { text: string }[] }).content.map(({ text }) => Number(text));
    expect(pids.map(isRunning)).toEqual([true, true]);
    bridge.kill('SIGTERM');
    expect(await bridge.ended()).toBe(0);
    await eventually(() => expect(pids.map(isRunning)).toEqual([false, false]));
  });

  it('offers less with --allow, --deny and --read-only', async () => {
    const { agent, bridge } = await start([
      '--allow',
      'not*',
      '--allow',
      'loo?',
      '--deny',
      'notes',
      '--deny',
      'nothing',
    ]);
    expect(await offered(agent)).toEqual(['note', 'look']);
    expect(bridge.stderr()).toContain('“nothing” matches nothing');
    const readOnly = await start(['--read-only', '--deny', 'bad*']);
    expect(await offered(readOnly.agent)).not.toContain('write');
    expect(await offered(readOnly.agent)).toContain('notes');
  });

  it('ends where there is nothing to offer, and where options are of no use', async () => {
    const { home, agent } = await start();
    const env = { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY: agent.apiKey };
    const { code, stderr } = await home.run(['bridge', 'mcp', '--allow', 'nothing', '--', ...FIXTURE], { env });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing to offer') });
    const folder = ['bridge', 'mcp', '--journal', home.folder, '--', ...FIXTURE];
    const unkept = await home.run(folder, { env });
    expect(unkept).toMatchObject({ code: 1, stderr: expect.stringContaining('The journal cannot be written: EISDIR') });
    const mixed = await home.run(['bridge', 'mcp', '--env', 'A=b', 'http://127.0.0.1:1/mcp'], { env });
    expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('--header-file') });
    const withKey = await home.run(['bridge', 'mcp', 'http://me:key@127.0.0.1:1/mcp'], { env });
    expect(withKey).toMatchObject({ code: 2, stderr: expect.stringContaining('--header-file') });
  });

  it('hands its headers to the server of its URL, and to none that this one redirects to', async () => {
    const [server, other] = [await webhookReceiver(), await webhookReceiver()];
    server.answerWith((response) => response.writeHead(307, { location: other.url }).end());
    const [home, { apiKey }] = [homeForTest(), await registerAgent(platform)];
    const args = ['bridge', 'mcp', '--header-file', home.write('headers', 'X-Api-Key: secret\n'), server.url];
    const bridge = home.start(args, { env: { CLAWCIERGE_URL: platform.url, CLAWCIERGE_KEY: apiKey } });
    await bridge.says('not followed');
    bridge.kill('SIGTERM');
    await bridge.ended();
    expect(server.received.length).toBeGreaterThan(0);
    expect(other.received).toEqual([]);
  });

  it('has a person decide about what may destroy something, and leaves other rules as they are', async () => {
    const { agent, asker } = await start(['--approve', 'destructive']);
    const { submit, ask, apiKey } = await asker();
    const id = await submit('write', { text: 'x' });
    expect(await readRequest(platform, id, { apiKey })).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(await ask('note', { text: 'x' })).toMatchObject({ status: 'COMPLETED' });
    const { agent: found } = await query(
      platform,
      'query ($id: ID!) { agent(id: $id) { policies { rules { cel action } } } }',
      { id: agent.id },
      agent,
    );
    expect(found.policies.rules).toEqual([{ cel: expect.stringContaining('"write"'), action: 'REQUIRE_APPROVAL' }]);
  });
});

describe('a bridge that is killed in the middle of a call', () => {
  const killed = async (action: 'write' | 'look', options: readonly string[] = []) => {
    const { home, asker, bridge, again } = await start(options);
    const { submit, client } = await asker();
    const file = join(home.folder, action);
    const id = await submit(action, { text: file });
    await eventually(() => expect(linesOf(`${file}.begun`)).toEqual(['begun']));
    bridge.kill('SIGKILL');
    await bridge.ended();
    writeFileSync(`${file}.go`, '');
    await again();
    return { home, request: await client.wait(id, { timeoutMs: 60_000 }), begun: linesOf(`${file}.begun`) };
  };

  it('does not do again what changes something: it ends as interrupted', async () => {
    const { home, request, begun } = await killed('write');
    expect(request).toMatchObject({ status: 'FAILED', error: { code: 'interrupted' } });
    expect(request.error?.message).toContain('It may have happened.');
    expect(begun).toEqual(['begun']);
    const folder = join(home.folder, '.local/state/clawcierge');
    const [journal = ''] = readdirSync(folder).map((name) => join(folder, name));
    expect(statSync(journal).mode & 0o777).toBe(0o600);
    expect(readFileSync(journal, 'utf8')).toContain(request.id);
  });

  it('does again what only reads', async () => {
    const { request, begun } = await killed('look');
    expect(request).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(begun).toEqual(['begun', 'begun']);
  });

  it('does it again with --on-redelivery rerun', async () => {
    const { request, begun } = await killed('write', ['--on-redelivery', 'rerun']);
    expect(request).toMatchObject({ status: 'COMPLETED' });
    expect(begun).toEqual(['begun', 'begun']);
  });
});

const texts = (...lines: string[]) => lines.map((text) => ({ type: 'text', text }));
