import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { aKey, anAgent, later, NOW, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

const registered = async () => {
  const agent = anAgent();
  await nodes.a.agents.insert(agent, aKey());
  return agent;
};

const FIVE = { live: 5, ended: 100 };

describe('api keys', () => {
  it('of senders and agents are listed per holder, newest first', async () => {
    const sender = { id: newId(), displayName: 'Somebody', createdAt: NOW };
    const first = aKey('SENDER');
    await nodes.a.senders.insert(sender, first);
    expect(await nodes.a.senders.byIds([sender.id, newId()])).toEqual([sender, null]);
    const second = aKey('SENDER', { expiresAt: later(9) });
    const added = await nodes.a.apiKeys.insert(sender.id, second, { live: 20, ended: 100 }, later(1));
    expect(added).toMatchObject({ id: second.id, kind: 'SENDER', holderId: sender.id, createdAt: later(1) });
    const agent = await registered();
    const [none, ofSender, ofAgent] = await nodes.b.apiKeys.byHolders(['no-uuid', sender.id, agent.id]);
    expect(none).toEqual([]);
    expect(ids(ofSender ?? [])).toEqual([second.id, first.id]);
    expect(ofSender?.[0]).toEqual(added);
    expect(ofAgent).toHaveLength(1);
  });

  it('never are more than their holder may have: of 30 concurrent ones the bound holds', async () => {
    const agent = await registered();
    const answers = await Promise.all(
      times(30, (index) => (index % 2 ? nodes.a : nodes.b).apiKeys.insert(agent.id, aKey(), FIVE, NOW)),
    );
    expect(answers.filter((key) => key !== null)).toHaveLength(4);
    const [keys] = await nodes.a.apiKeys.byHolders([agent.id]);
    await nodes.a.apiKeys.revoke(agent.id, keys?.[0]?.id ?? '', NOW);
    expect(await nodes.a.apiKeys.insert(agent.id, aKey('AGENT', { expiresAt: later(5) }), FIVE, NOW)).not.toBeNull();
    expect(await nodes.a.apiKeys.insert(agent.id, aKey(), FIVE, NOW)).toBeNull();
    // The one that has expired by then does not count.
    expect(await nodes.a.apiKeys.insert(agent.id, aKey(), FIVE, later(5))).not.toBeNull();
    expect(await nodes.a.apiKeys.insert(newId(), aKey(), FIVE, NOW)).toBeNull();
  });

  it('that ended are kept up to a bound, the newest ones', async () => {
    const agent = await registered();
    const max = { live: 5, ended: 3 };
    const made: string[] = [];
    for (let n = 0; n < 6; n++) {
      const key = await nodes.a.apiKeys.insert(agent.id, aKey(), max, later(n));
      made.push(key?.id ?? '');
      await nodes.a.apiKeys.revoke(agent.id, key?.id ?? '', later(n));
    }
    const last = await nodes.a.apiKeys.insert(agent.id, aKey(), max, later(9));
    const [keys = []] = await nodes.a.apiKeys.byHolders([agent.id]);
    const [firstKey] = keys.slice(-1);
    expect(ids(keys)).toEqual([last?.id, ...made.slice(-3).reverse(), firstKey?.id]);
    expect(firstKey?.revokedAt).toBeNull();
  });

  it('are revoked by their holder or an admin, and keep the first instant', async () => {
    const agent = await registered();
    const [keys] = await nodes.a.apiKeys.byHolders([agent.id]);
    const id = keys?.[0]?.id ?? '';
    const { revoke } = nodes.a.apiKeys;
    expect(await revoke(newId(), id, NOW)).toBeNull();
    expect(await revoke('no-uuid', id, NOW)).toBeNull();
    expect(await revoke(agent.id, id, later(1))).toMatchObject({ revokedAt: later(1) });
    expect(await revoke(agent.id, id, later(2))).toMatchObject({ revokedAt: later(1) });
    expect(await revoke(null, id, later(3))).toMatchObject({ id, revokedAt: later(1) });
    expect(await revoke(null, newId(), NOW)).toBeNull();
  });

  it('remember their last use, which only goes forward', async () => {
    const key = aKey();
    await nodes.a.agents.insert(anAgent(), key);
    const lastUse = async () => (await nodes.a.apiKeys.byHash(key.hash))?.lastUsedAt;
    await nodes.a.apiKeys.touch(
      new Map([
        [key.id, later(5)],
        [newId(), NOW],
      ]),
    );
    expect(await lastUse()).toEqual(later(5));
    await nodes.a.apiKeys.touch(new Map([[key.id, later(4)]]));
    expect(await lastUse()).toEqual(later(5));
    await nodes.a.apiKeys.touch(new Map());
  });

  it('are found by hash, many in one tick', async () => {
    const keys = times(40, () => aKey());
    await Promise.all(keys.map((key) => nodes.a.agents.insert(anAgent(), key)));
    const found = await Promise.all(keys.map(({ hash }) => nodes.b.apiKeys.byHash(hash)));
    expect(found.map((key) => key?.id)).toEqual(ids(keys));
    expect(await nodes.b.apiKeys.byHash(Buffer.from('unknown'))).toBeNull();
  });
});
