import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { Capability } from '../../src/domain/contract.ts';
import { aChannel, aKey, anAgent, later, NOW, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const capability = (action: string): Capability => ({ action, description: null, paramsSchema: {}, constraints: {} });

const registered = async (changes: Parameters<typeof anAgent>[0] = {}) => {
  const agent = anAgent(changes);
  await nodes.a.registry.insertAgent(agent, aKey());
  return agent;
};

describe('agents', () => {
  it('are stored with their first key and found by id and by handle', async () => {
    const agent = anAgent({ description: 'Keeps my calendar.' });
    const key = aKey('AGENT', { expiresAt: later(1) });
    expect(await nodes.a.registry.insertAgent(agent, key)).toBe(true);
    expect(await nodes.b.registry.agentByHandle(agent.handle)).toEqual(agent);
    expect(await nodes.b.registry.agentsByIds([newId(), agent.id, 'no-uuid', agent.id])).toEqual([
      null,
      agent,
      null,
      agent,
    ]);
    expect(await nodes.b.registry.apiKeyByHash(key.hash)).toMatchObject({
      id: key.id,
      ownerId: agent.id,
      kind: 'AGENT',
    });
  });

  it('get a handle once: of 50 concurrent registrations one succeeds, and the others leave nothing', async () => {
    const { handle } = anAgent();
    const attempts = times(50, () => ({ agent: anAgent({ handle }), key: aKey() }));
    const answers = await Promise.all(
      attempts.map(({ agent, key }, index) => (index % 2 ? nodes.a : nodes.b).registry.insertAgent(agent, key)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    const keys = await Promise.all(attempts.map(({ key }) => nodes.a.registry.apiKeyByHash(key.hash)));
    expect(keys.filter((key) => key !== null)).toHaveLength(1);
  });

  it('go with their keys, contracts, policies and channels', async () => {
    const agent = anAgent();
    const key = aKey();
    await nodes.a.registry.insertAgent(agent, key);
    await nodes.a.registry.publishCapabilities(newId(), agent.id, [capability('a')], NOW);
    await nodes.a.registry.publishPolicies(newId(), agent.id, [], 'ALLOW', NOW);
    await nodes.a.presence.insertChannel(aChannel({ agentId: agent.id }), 8, NOW);
    expect(await nodes.a.registry.deleteAgent('no-uuid')).toBe(false);
    expect(await nodes.a.registry.deleteAgent(agent.id)).toBe(true);
    expect(await nodes.a.registry.deleteAgent(agent.id)).toBe(false);
    expect(await nodes.a.registry.apiKeyByHash(key.hash)).toBeNull();
    expect(await nodes.a.registry.activeContracts([agent.id])).toEqual([null]);
    expect(await nodes.a.registry.activePolicySets([agent.id])).toEqual([null]);
    expect(await nodes.a.presence.areConnected([agent.id], NOW)).toEqual([false]);
  });
});

describe('the directory', () => {
  const word = `w${newId().slice(-8)}`;

  it('finds every word in the handle, the name or the description, whatever its case, and reads no wildcards', async () => {
    const one = await registered({ displayName: `${word} Ältere_Dame 100%`, description: 'back\\slash' });
    const two = await registered({ displayName: `${word} other`, description: 'Nothing of it.' });
    const search = async (text: string) => ids((await nodes.a.registry.agents({ search: text }, { limit: 10 })).rows);
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
    await nodes.a.registry.publishCapabilities(newId(), agent.id, [capability(action), capability('b')], NOW);
    const find = async () => ids((await nodes.a.registry.agents({ action }, { limit: 10 })).rows);
    expect(await find()).toEqual([agent.id]);
    await nodes.a.registry.publishCapabilities(newId(), agent.id, [capability('b')], NOW);
    expect(await find()).toEqual([]);
  });

  it('filters by connection, and does not count the channels of a node that went silent', async () => {
    const search = `c${newId().slice(-8)}`;
    const there = await registered({ displayName: search });
    const away = await registered({ displayName: search });
    await nodes.a.presence.registerNode('directory-node', NOW);
    await nodes.a.presence.insertChannel(aChannel({ agentId: there.id, nodeId: 'directory-node' }), 8, NOW);
    const find = async (connected: boolean, aliveSince?: Date) =>
      ids((await nodes.a.registry.agents({ search, connected, ...(aliveSince && { aliveSince }) }, { limit: 9 })).rows);
    expect(await find(true)).toEqual([there.id]);
    expect(await find(false)).toEqual([away.id]);
    expect(await find(true, later(1))).toEqual([]);
    expect(await find(false, later(1))).toEqual([away.id, there.id]);
  });

  it('pages from both ends while agents arrive, and counts what the filter finds', async () => {
    const search = `p${newId().slice(-8)}`;
    const old: string[] = [];
    for (const _ of times(5, String)) old.unshift((await registered({ displayName: search })).id);
    const page = await nodes.a.registry.agents({ search }, { limit: 2 });
    expect(ids(page.rows)).toEqual(old.slice(0, 2));
    const arrived = await registered({ displayName: search });
    const { agents } = nodes.a.registry;
    expect(ids((await agents({ search }, { limit: 9, after: old[1] ?? '' })).rows)).toEqual(old.slice(2));
    expect(ids((await agents({ search }, { limit: 9, before: old[0] ?? '' })).rows)).toEqual([arrived.id]);
    expect(ids((await agents({ search }, { limit: 2, fromEnd: true })).rows)).toEqual(old.slice(3));
    expect((await agents({ search }, { limit: 2, after: 'no-uuid' })).rows).toEqual([]);
    expect(await page.totalCount()).toBe(6);
  });
});

const FIVE = { live: 5, ended: 100 };

describe('api keys', () => {
  it('of senders and agents are listed per owner, newest first', async () => {
    const sender = { id: newId(), displayName: 'Somebody', createdAt: NOW };
    const first = aKey('SENDER');
    await nodes.a.registry.insertSender(sender, first);
    expect(await nodes.a.registry.sendersByIds([sender.id, newId()])).toEqual([sender, null]);
    const second = aKey('SENDER', { expiresAt: later(9) });
    const added = await nodes.a.registry.insertApiKey(sender.id, second, { live: 20, ended: 100 }, later(1));
    expect(added).toMatchObject({ id: second.id, kind: 'SENDER', ownerId: sender.id, createdAt: later(1) });
    const agent = await registered();
    const [none, ofSender, ofAgent] = await nodes.b.registry.apiKeysByOwners(['no-uuid', sender.id, agent.id]);
    expect(none).toEqual([]);
    expect(ids(ofSender ?? [])).toEqual([second.id, first.id]);
    expect(ofSender?.[0]).toEqual(added);
    expect(ofAgent).toHaveLength(1);
  });

  it('never are more than the owner may hold: of 30 concurrent ones the bound holds', async () => {
    const agent = await registered();
    const answers = await Promise.all(
      times(30, (index) => (index % 2 ? nodes.a : nodes.b).registry.insertApiKey(agent.id, aKey(), FIVE, NOW)),
    );
    expect(answers.filter((key) => key !== null)).toHaveLength(4);
    const [keys] = await nodes.a.registry.apiKeysByOwners([agent.id]);
    await nodes.a.registry.revokeApiKey(agent.id, keys?.[0]?.id ?? '', NOW);
    expect(
      await nodes.a.registry.insertApiKey(agent.id, aKey('AGENT', { expiresAt: later(5) }), FIVE, NOW),
    ).not.toBeNull();
    expect(await nodes.a.registry.insertApiKey(agent.id, aKey(), FIVE, NOW)).toBeNull();
    // The one that has expired by then does not count.
    expect(await nodes.a.registry.insertApiKey(agent.id, aKey(), FIVE, later(5))).not.toBeNull();
    expect(await nodes.a.registry.insertApiKey(newId(), aKey(), FIVE, NOW)).toBeNull();
  });

  it('that ended are kept up to a bound, the newest ones', async () => {
    const agent = await registered();
    const max = { live: 5, ended: 3 };
    const made: string[] = [];
    for (let n = 0; n < 6; n++) {
      const key = await nodes.a.registry.insertApiKey(agent.id, aKey(), max, later(n));
      made.push(key?.id ?? '');
      await nodes.a.registry.revokeApiKey(agent.id, key?.id ?? '', later(n));
    }
    const last = await nodes.a.registry.insertApiKey(agent.id, aKey(), max, later(9));
    const [keys = []] = await nodes.a.registry.apiKeysByOwners([agent.id]);
    const [firstKey] = keys.slice(-1);
    expect(ids(keys)).toEqual([last?.id, ...made.slice(-3).reverse(), firstKey?.id]);
    expect(firstKey?.revokedAt).toBeNull();
  });

  it('are revoked by their owner or an admin, and keep the first instant', async () => {
    const agent = await registered();
    const [keys] = await nodes.a.registry.apiKeysByOwners([agent.id]);
    const id = keys?.[0]?.id ?? '';
    const { revokeApiKey } = nodes.a.registry;
    expect(await revokeApiKey(newId(), id, NOW)).toBeNull();
    expect(await revokeApiKey('no-uuid', id, NOW)).toBeNull();
    expect(await revokeApiKey(agent.id, id, later(1))).toMatchObject({ revokedAt: later(1) });
    expect(await revokeApiKey(agent.id, id, later(2))).toMatchObject({ revokedAt: later(1) });
    expect(await revokeApiKey(null, id, later(3))).toMatchObject({ id, revokedAt: later(1) });
    expect(await revokeApiKey(null, newId(), NOW)).toBeNull();
  });

  it('remember their last use, which only goes forward', async () => {
    const key = aKey();
    await nodes.a.registry.insertAgent(anAgent(), key);
    const lastUse = async () => (await nodes.a.registry.apiKeyByHash(key.hash))?.lastUsedAt;
    await nodes.a.registry.touchApiKeys(
      new Map([
        [key.id, later(5)],
        [newId(), NOW],
      ]),
    );
    expect(await lastUse()).toEqual(later(5));
    await nodes.a.registry.touchApiKeys(new Map([[key.id, later(4)]]));
    expect(await lastUse()).toEqual(later(5));
    await nodes.a.registry.touchApiKeys(new Map());
  });

  it('are found by hash, many in one tick', async () => {
    const keys = times(40, () => aKey());
    await Promise.all(keys.map((key) => nodes.a.registry.insertAgent(anAgent(), key)));
    const found = await Promise.all(keys.map(({ hash }) => nodes.b.registry.apiKeyByHash(hash)));
    expect(found.map((key) => key?.id)).toEqual(ids(keys));
    expect(await nodes.b.registry.apiKeyByHash(Buffer.from('unknown'))).toBeNull();
  });
});

describe('contracts and policies', () => {
  it('get consecutive versions under 50 concurrent publishes, and one of them is active', async () => {
    const agent = await registered();
    const published = await Promise.all(
      times(50, (index) =>
        (index % 2 ? nodes.a : nodes.b).registry.publishCapabilities(newId(), agent.id, [capability(`a${index}`)], NOW),
      ),
    );
    const versions = published.map((contract) => contract?.version ?? 0).toSorted((a, b) => a - b);
    expect(versions).toEqual(times(50, (index) => index + 1));
    const history = await nodes.a.registry.contractHistory(agent.id, { limit: 60 });
    expect(history.rows.filter(({ isActive }) => isActive).map(({ version }) => version)).toEqual([50]);
    const [active] = await nodes.b.registry.activeContracts([agent.id]);
    expect(active).toEqual(published.find((contract) => contract?.version === 50));
  });

  it('page through history by version from both ends', async () => {
    const agent = await registered();
    const rules = [{ condition: 'true', action: 'ALLOW', reason: null }] as const;
    for (const _ of times(5, String)) await nodes.a.registry.publishPolicies(newId(), agent.id, rules, 'REJECT', NOW);
    const { policyHistory } = nodes.a.registry;
    const versions = async (page: Parameters<typeof policyHistory>[1]) =>
      (await policyHistory(agent.id, page)).rows.map(({ version }) => version);
    expect(await versions({ limit: 2 })).toEqual([5, 4]);
    expect(await versions({ limit: 2, after: '4' })).toEqual([3, 2]);
    expect(await versions({ limit: 2, before: '2' })).toEqual([5, 4]);
    expect(await versions({ limit: 2, before: '2', fromEnd: true })).toEqual([4, 3]);
    expect(await versions({ limit: 2, after: '1 or true' })).toEqual([]);
    expect(await (await policyHistory(agent.id, { limit: 1 })).totalCount()).toBe(5);
    expect((await policyHistory('no-uuid', { limit: 1 })).rows).toEqual([]);
    expect(await nodes.a.registry.activePolicySets([newId(), agent.id])).toMatchObject([
      null,
      { version: 5, isActive: true, defaultAction: 'REJECT', rules },
    ]);
  });

  it('keep schemas as they came, and belong to agents that exist', async () => {
    const agent = await registered();
    const paramsSchema = JSON.parse(
      '{"enum":["a\\u0000","\\ud800"],"minimum":5e-324,"maximum":1e21,"pattern":"^\\\\d$"}',
    );
    const capabilities = [{ ...capability('x'), paramsSchema, constraints: { max_n: 1e21 } }];
    await nodes.a.registry.publishCapabilities(newId(), agent.id, capabilities, NOW);
    const [active] = await nodes.b.registry.activeContracts([agent.id]);
    expect(JSON.stringify(active?.capabilities)).toBe(JSON.stringify(capabilities));
    const [old] = (await nodes.b.registry.contractHistory(agent.id, { limit: 1 })).rows;
    expect(old).toEqual(active);
    expect(await nodes.a.registry.publishCapabilities(newId(), newId(), [], NOW)).toBeNull();
    expect(await nodes.a.registry.publishPolicies(newId(), 'no-uuid', [], 'ALLOW', NOW)).toBeNull();
  });
});
