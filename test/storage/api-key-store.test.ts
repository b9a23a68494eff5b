import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { aKey, anAgent, later, NOW, times, twoNodes } from './fixtures.ts';
import { connectTo } from './schema-fixtures.ts';

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

  it('of owners and approvers have their bound, and an approver that was removed gets none', async () => {
    const [ownerId, approverId] = [newId(), newId()];
    const client = await connectTo(nodes.url);
    await client.query('insert into owners (id, created_at) values ($1, now())', [ownerId]);
    await client.query(
      `insert into approvers (id, owner_id, display_name, agent_ids, created_at) values ($1, $2, 'A', '{}', now())`,
      [approverId, ownerId],
    );
    const holders = [
      { kind: 'OWNER', holderId: ownerId },
      { kind: 'APPROVER', holderId: approverId },
    ] as const;
    const max = { live: 3, ended: 0 };
    for (const { kind, holderId } of holders) {
      const answers = await Promise.all(
        times(10, (index) => (index % 2 ? nodes.a : nodes.b).apiKeys.insert(holderId, aKey(kind), max, NOW)),
      );
      expect(answers.filter((key) => key !== null)).toHaveLength(3);
      const [keys = []] = await nodes.b.apiKeys.byHolders([holderId]);
      expect(keys.map((key) => [key.kind, key.holderId])).toEqual(Array(3).fill([kind, holderId]));
      expect(await nodes.a.apiKeys.revoke(holderId, keys[0]?.id ?? '', NOW)).toMatchObject({ kind, revokedAt: NOW });
    }
    await client.query('update approvers set removed_at = now() where id = $1', [approverId]);
    expect(await nodes.a.apiKeys.insert(approverId, aKey('APPROVER'), max, NOW)).toBeNull();
    expect(await nodes.a.apiKeys.insert(approverId, aKey('OWNER'), max, NOW)).toBeNull();
  });

  it('that are limited may do those of their scopes that are of their kind, others all of it', async () => {
    const agent = await registered();
    const scopes = ['requests:answer', 'owner:manage'];
    const limited = await nodes.a.apiKeys.insert(agent.id, aKey('AGENT', { scopes, isLimited: true }), FIVE, NOW);
    expect(limited).toMatchObject({ scopes: ['requests:answer'], isLimited: true });
    const label = 'Everything';
    const unlimited = await nodes.a.apiKeys.insert(agent.id, aKey('AGENT', { scopes, label }), FIVE, NOW);
    expect(unlimited).toMatchObject({ scopes: expect.arrayContaining(['agent:manage']), isLimited: false, label });
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
