import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { searchWords } from '../../src/application/agents/agent-filter.ts';
import { CAPABILITY } from '../../src/domain/contract.ts';
import { complete } from '../../src/domain/fields.ts';
import { aChannel, aKey, anAgent, later, NOW, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const capability = (action: string) => complete(CAPABILITY, { action });

const registered = async (changes: Parameters<typeof anAgent>[0] = {}) => {
  const agent = anAgent(changes);
  await nodes.a.agents.insert(agent, aKey());
  return agent;
};

describe('agents', () => {
  it('are stored with their first key and found by id and by handle', async () => {
    const agent = anAgent({ description: 'Keeps my calendar.' });
    const key = aKey('AGENT', { expiresAt: later(1) });
    expect(await nodes.a.agents.insert(agent, key)).toBe('inserted');
    expect(await nodes.b.agents.byHandle(agent.handle)).toEqual(agent);
    expect(await nodes.b.agents.byIds([newId(), agent.id, 'no-uuid', agent.id])).toEqual([null, agent, null, agent]);
    expect(await nodes.b.apiKeys.byHash(key.hash)).toMatchObject({
      id: key.id,
      holderId: agent.id,
      kind: 'AGENT',
    });
  });

  it('get a handle once: of 50 concurrent registrations one succeeds, and the others leave nothing', async () => {
    const { handle } = anAgent();
    const attempts = times(50, () => ({ agent: anAgent({ handle }), key: aKey() }));
    const answers = await Promise.all(
      attempts.map(({ agent, key }, index) => (index % 2 ? nodes.a : nodes.b).agents.insert(agent, key)),
    );
    expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
    const keys = await Promise.all(attempts.map(({ key }) => nodes.a.apiKeys.byHash(key.hash)));
    expect(keys.filter((key) => key !== null)).toHaveLength(1);
  });

  it('go with their keys, contracts, policies and channels', async () => {
    const agent = anAgent();
    const key = aKey();
    await nodes.a.agents.insert(agent, key);
    await nodes.a.documents.publishCapabilities(newId(), agent.id, [capability('a')], NOW);
    await nodes.a.documents.publishPolicies(newId(), agent.id, [], 'ALLOW', NOW);
    await nodes.a.presence.insertChannel(aChannel({ agentId: agent.id }), 8, NOW);
    expect(await nodes.a.agents.delete('no-uuid')).toBeNull();
    expect(await nodes.a.agents.delete(agent.id)).toEqual({ id: agent.id, handle: agent.handle });
    expect(await nodes.a.agents.delete(agent.id)).toBeNull();
    expect(await nodes.a.apiKeys.byHash(key.hash)).toBeNull();
    expect(await nodes.a.documents.activeContracts([agent.id])).toEqual([null]);
    expect(await nodes.a.documents.activePolicySets([agent.id])).toEqual([null]);
    expect(await nodes.a.presence.areConnected([agent.id], NOW)).toEqual([false]);
  });
});

describe('the directory', () => {
  const word = `w${newId().slice(-8)}`;

  it('finds every word in the handle, the name or the description, whatever its case, and reads no wildcards', async () => {
    const one = await registered({ displayName: `${word} Ältere_Dame 100%`, description: 'back\\slash' });
    const two = await registered({ displayName: `${word} other`, description: 'Nothing of it.' });
    const search = async (text: string) =>
      ids((await nodes.a.agents.list({ words: searchWords(text) }, { limit: 10 })).rows);
    expect(await search(word.toUpperCase())).toEqual([two.id, one.id]);
    expect(await search(`  ${word}   äLTERE `)).toEqual([one.id]);
    expect(await search(`${word} 100%`)).toEqual([one.id]);
    expect(await search(`${word} e_d`)).toEqual([one.id]);
    expect(await search(`${word} o%r`)).toEqual([]);
    expect(await search(`${word} o_her`)).toEqual([]);
    expect(await search(`${word} k\\s`)).toEqual([one.id]);
    expect(await search(`${word} ' or true --`)).toEqual([]);
    expect(await search(one.handle.slice(3, 20))).toContain(one.id);
  });

  it('filters by an action of the active contract', async () => {
    const agent = await registered();
    const action = `a.${newId()}`;
    await nodes.a.documents.publishCapabilities(newId(), agent.id, [capability(action), capability('b')], NOW);
    const find = async () => ids((await nodes.a.agents.list({ action }, { limit: 10 })).rows);
    expect(await find()).toEqual([agent.id]);
    await nodes.a.documents.publishCapabilities(newId(), agent.id, [capability('b')], NOW);
    expect(await find()).toEqual([]);
  });

  it('filters by connection, and does not count the channels of a node that went silent', async () => {
    const search = `c${newId().slice(-8)}`;
    const there = await registered({ displayName: search });
    const away = await registered({ displayName: search });
    await nodes.a.presence.registerNode('directory-node', NOW);
    await nodes.a.presence.insertChannel(aChannel({ agentId: there.id, nodeId: 'directory-node' }), 8, NOW);
    const find = async (connected: boolean, aliveSince?: Date) =>
      ids(
        (await nodes.a.agents.list({ words: [search], connected, ...(aliveSince && { aliveSince }) }, { limit: 9 }))
          .rows,
      );
    expect(await find(true)).toEqual([there.id]);
    expect(await find(false)).toEqual([away.id]);
    expect(await find(true, later(1))).toEqual([]);
    expect(await find(false, later(1))).toEqual([away.id, there.id]);
  });

  it('pages from both ends while agents arrive, and counts what the filter finds', async () => {
    const search = `p${newId().slice(-8)}`;
    const old: string[] = [];
    for (const _ of times(5, String)) old.unshift((await registered({ displayName: search })).id);
    const page = await nodes.a.agents.list({ words: [search] }, { limit: 2 });
    expect(ids(page.rows)).toEqual(old.slice(0, 2));
    const arrived = await registered({ displayName: search });
    const { list } = nodes.a.agents;
    expect(ids((await list({ words: [search] }, { limit: 9, after: old[1] ?? '' })).rows)).toEqual(old.slice(2));
    expect(ids((await list({ words: [search] }, { limit: 9, before: old[0] ?? '' })).rows)).toEqual([arrived.id]);
    expect(ids((await list({ words: [search] }, { limit: 2, fromEnd: true })).rows)).toEqual(old.slice(3));
    expect((await list({ words: [search] }, { limit: 2, after: 'no-uuid' })).rows).toEqual([]);
    expect(await page.totalCount()).toBe(6);
  });
});
