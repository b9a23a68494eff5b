import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { CAPABILITY, type PublishedCapability } from '../../src/domain/contract.ts';
import { complete } from '../../src/domain/fields.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText, stringifyJson } from '../../src/domain/json/json-text.ts';
import { POLICY_RULE, type PolicyRule } from '../../src/domain/policy.ts';
import { aKey, anAgent, aRequest, later, NOW, times, twoNodes } from './fixtures.ts';

const nodes = twoNodes();
const capability = (action: string) => complete(CAPABILITY, { action });

const registered = async () => {
  const agent = anAgent();
  await nodes.a.agents.insert(agent, aKey());
  return agent;
};

describe('contracts and policies', () => {
  it('get consecutive versions under 50 concurrent publishes, and one of them is active', async () => {
    const agent = await registered();
    const published = await Promise.all(
      times(50, (index) =>
        (index % 2 ? nodes.a : nodes.b).documents.publishCapabilities(
          newId(),
          agent.id,
          [capability(`a${index}`)],
          NOW,
        ),
      ),
    );
    const versions = published.map((answer) => answer?.document.version ?? 0).toSorted((a, b) => a - b);
    expect(versions).toEqual(times(50, (index) => index + 1));
    const history = await nodes.a.documents.contractHistory(agent.id, { limit: 60 });
    expect(history.rows.filter(({ isActive }) => isActive).map(({ version }) => version)).toEqual([50]);
    const [active] = await nodes.b.documents.activeContracts([agent.id]);
    expect({ document: active, handle: agent.handle }).toEqual(
      published.find((answer) => answer?.document.version === 50),
    );
  });

  it('page through history by version from both ends', async () => {
    const agent = await registered();
    const rules = [complete(POLICY_RULE, { condition: 'true', action: 'ALLOW' })];
    for (const _ of times(5, String)) await nodes.a.documents.publishPolicies(newId(), agent.id, rules, 'REJECT', NOW);
    const { policyHistory } = nodes.a.documents;
    const versions = async (page: Parameters<typeof policyHistory>[1]) =>
      (await policyHistory(agent.id, page)).rows.map(({ version }) => version);
    expect(await versions({ limit: 2 })).toEqual([5, 4]);
    expect(await versions({ limit: 2, after: '4' })).toEqual([3, 2]);
    expect(await versions({ limit: 2, before: '2' })).toEqual([5, 4]);
    expect(await versions({ limit: 2, before: '2', fromEnd: true })).toEqual([4, 3]);
    expect(await versions({ limit: 2, after: '1 or true' })).toEqual([]);
    expect(await (await policyHistory(agent.id, { limit: 1 })).totalCount()).toBe(5);
    expect((await policyHistory('no-uuid', { limit: 1 })).rows).toEqual([]);
    expect(await nodes.a.documents.activePolicySets([newId(), agent.id])).toMatchObject([
      null,
      { version: 5, isActive: true, defaultAction: 'REJECT', rules },
    ]);
  });

  it('of before rules could be written in CEL, or expire, are read as saying nothing of it', async () => {
    const agent = await registered();
    const rules = [{ condition: 'true', action: 'ALLOW', reason: null }] as unknown as readonly PolicyRule[];
    await nodes.a.documents.publishPolicies(newId(), agent.id, rules, 'REJECT', NOW);
    const [active] = await nodes.b.documents.activePolicySets([agent.id]);
    expect(active?.rules).toEqual([complete(POLICY_RULE, { condition: 'true', action: 'ALLOW' })]);
  });

  it('of before actions had titles, hints or results are read as saying nothing of it', async () => {
    const agent = await registered();
    const old = { action: 'x', description: null, paramsSchema: JsonText.of({}), constraints: JsonText.of({}) };
    const capabilities = [old] as unknown as readonly PublishedCapability[];
    await nodes.a.documents.publishCapabilities(newId(), agent.id, capabilities, NOW);
    const [active] = await nodes.b.documents.activeContracts([agent.id]);
    expect(active?.capabilities).toMatchObject([
      {
        title: null,
        resultFormat: 'JSON',
        resultSchema: null,
        hints: { readOnly: null, destructive: null, idempotent: null, openWorld: null },
        textParam: null,
      },
    ]);
  });

  it('keep schemas as they came, and belong to agents that exist', async () => {
    const agent = await registered();
    const paramsSchema = new JsonText<JsonObject>(
      '{"enum":["a\\u0000",1.0,-0],"2":{},"1":{},"minimum":5e-324,"maximum":1E21,"pattern":"^\\\\d$"}',
    );
    const constraints = new JsonText<JsonObject>('{"max_n":1e21}');
    const capabilities = [{ ...capability('x'), paramsSchema, constraints }];
    await nodes.a.documents.publishCapabilities(newId(), agent.id, capabilities, NOW);
    const [active] = await nodes.b.documents.activeContracts([agent.id]);
    expect(stringifyJson(active?.capabilities)).toBe(stringifyJson(capabilities));
    expect(active?.capabilities[0]?.paramsSchema.text).toBe(paramsSchema.text);
    const [old] = (await nodes.b.documents.contractHistory(agent.id, { limit: 1 })).rows;
    expect(old).toEqual(active);
    expect(await nodes.a.documents.publishCapabilities(newId(), newId(), [], NOW)).toBeNull();
    expect(await nodes.a.documents.publishPolicies(newId(), 'no-uuid', [], 'ALLOW', NOW)).toBeNull();
  });

  it('of before a clock was set back stay as versions, since requests of their time have lower ids', async () => {
    const agent = await registered();
    const MINUTE_MS = 60_000;
    const idAt = (minutes: number) => newId({ msecs: later(minutes * MINUTE_MS).getTime() });
    const { documents, requests } = nodes.a;
    const [ahead, after, inForce] = [idAt(60), idAt(20), idAt(25)];
    const published = [ahead, after, inForce].map((id) => [id, [capability('x')]] as const);
    for (const [id, capabilities] of published) await documents.publishCapabilities(id, agent.id, capabilities, NOW);
    const rejected = aRequest({ id: idAt(10), status: 'REJECTED', agentId: agent.id, contractId: ahead });
    await requests.insert(rejected);
    const terms = { kept: 1, replacedBefore: later(1), at: later(2), after: null, limit: 10 };
    expect(await documents.expireVersions('contract', agent.id, terms)).toMatchObject({ expired: 1 });
    const { rows } = await documents.contractHistory(agent.id, { limit: 5 });
    expect(rows.map(({ id }) => id)).toEqual([inForce, ahead]);
  });
});
