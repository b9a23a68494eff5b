import { beforeEach, describe, expect, it } from 'vitest';
import { tcpProxyFor } from '../agent-sdk/platform/tcp-proxy.ts';
import { publishCapabilities, readRequest, untilStatus } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { pythonWithWebsockets, withoutPython } from '../testkit/python.ts';
import { pythonAgentAtWork } from './python-agent.ts';

const platform = platformForFile();

beforeEach(({ skip }) => {
  if (pythonWithWebsockets === null) skip(withoutPython);
});

describe('an agent of the Python SDK', () => {
  it('completes, fails, and tells senders nothing of what went wrong', async () => {
    const { submit, sender, log } = await pythonAgentAtWork(platform);
    const outcomeOf = async (params: object, action = 'work.do') => {
      const { id } = await submit(params, { action });
      return eventually(async () => {
        const { status, result, error } = await readRequest(platform, id, sender);
        expect(['COMPLETED', 'FAILED']).toContain(status);
        return { status, result, error };
      });
    };
    const done = (result: unknown) => ({ status: 'COMPLETED', result, error: null });
    const failed = (code: string, message: unknown) => ({ status: 'FAILED', result: null, error: { code, message } });
    const params = { do: 'echo', text: 'Grüße 🦞', n: 1.5, nested: [{ a: null }] };
    expect(await outcomeOf(params)).toEqual(done({ params, seconds_left: true }));
    expect(await outcomeOf({ do: 'content' })).toEqual(
      done({ content: [{ type: 'text', text: 'Done.' }], structured: { n: 1 } }),
    );
    expect(await outcomeOf({ do: 'fail' })).toEqual(failed('no_room', 'No room is free.'));
    expect(await outcomeOf({ do: 'crash' })).toEqual(failed('agent_error', 'The agent failed to do this.'));
    expect(await outcomeOf({ do: 'crash' }, 'work.blocking')).toEqual(failed('agent_error', expect.any(String)));
    expect(await outcomeOf({ do: 'nan' })).toEqual(failed('result_not_json', expect.any(String)));
    expect(await outcomeOf({}, 'work.unknown')).toEqual(failed('no_handler', expect.stringContaining('work.unknown')));
    expect(log()).toContain('db-7.internal refused the password');
    expect(log()).not.toContain('clw_agent_');
  });

  it('reports by HTTP what fits no message, and fails what is too large for the platform', async () => {
    const { submit, sender, has } = await pythonAgentAtWork(platform);
    const large = await submit({ do: 'large', size: 900_000 });
    const tooLarge = await submit({ do: 'large', size: 1_100_000 });
    const { result } = await untilStatus(platform, large.id, sender, 'COMPLETED');
    expect(result).toHaveLength(900_000);
    const { error } = await untilStatus(platform, tooLarge.id, sender, 'FAILED');
    expect(error).toEqual({ code: 'result_too_large', message: expect.stringContaining('1048576') });
    expect(has('disconnected')).toEqual([]);
  });

  it('says in its log which of its results do not match its contract, and where', async () => {
    const { submit, sender, agent, log } = await pythonAgentAtWork(platform);
    const resultSchema = { type: 'object', properties: { text: { maxLength: 5 } } };
    await publishCapabilities(platform, agent, [{ action: 'work.do', resultSchema }]);
    for (const size of [10, 100_000]) {
      const { id } = await submit({ do: 'large', size, in: 'text' });
      const { error } = await untilStatus(platform, id, sender, 'FAILED');
      expect(error).toMatchObject({ code: 'invalid_result' });
      await eventually(() => expect(log()).toContain(`refused the outcome of ${id} (result.text)`));
    }
  });

  it('acks what it works on, and stops when its sender gives it up', async () => {
    const { submit, sender, take } = await pythonAgentAtWork(platform);
    for (const action of ['work.do', 'work.blocking']) {
      const { id } = await submit({}, { action });
      await take('entered', id);
      await untilStatus(platform, id, sender, 'ACKED');
      await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, '__typename', sender);
      expect(await take('cancelled', id)).toMatchObject({ reason: 'cancelled' });
    }
  });

  it('says how far it is, as often as anybody sees it, and again after a lost connection', async () => {
    const proxy = await tcpProxyFor(platform);
    const { submit, sender, take } = await pythonAgentAtWork(platform, {}, proxy);
    const progressOf = (id: string) =>
      ask(platform, 'query ($id: ID!) { request(id: $id) { progress { value total message } } }', { id }, sender);
    const untilSaid = (id: string, progress: object) =>
      eventually(async () => expect((await progressOf(id)).request.progress).toEqual(progress));
    const { id } = await submit({ steps: 1_000 });
    const last = { value: 1_000, total: 1_000, message: 'Step 1000' };
    const before = proxy.bytesFromClients();
    await take('entered', id);
    await untilSaid(id, last);
    expect(proxy.bytesFromClients() - before, 'a thousand are not said').toBeLessThan(5_000);
    proxy.cut();
    await take('connected');
    await eventually(async () => expect(await readRequest(platform, id, sender)).toMatchObject({ attempts: 2 }));
    await untilSaid(id, last);
    const blocking = await submit({}, { action: 'work.blocking' });
    await untilSaid(blocking.id, { value: 0.5, total: null, message: null });
  });

  it('runs as many handlers at a time as it may, threads for those that block, and takes turns', async () => {
    const { submit, sender, take, has, tell, anotherSender, agent } = await pythonAgentAtWork(platform, {
      concurrency: 2,
    });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await submit({}, { action: 'work.blocking' })).id);
    const other = await anotherSender();
    const late = await submit({ do: 'echo' }, {}, other);
    for (const id of [...ids, late.id]) await untilStatus(platform, id, agent, 'ACKED');
    expect(await take('entered')).toMatchObject({ thread: true });
    await take('entered');
    expect(has('entered')).toEqual([]);
    tell({ do: 'open' });
    const after = [await take('entered'), await take('entered')];
    expect(after.map(({ id }) => id)).toContain(late.id);
    for (const id of ids) {
      expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: { from: 'a thread' } });
    }
  });
});
