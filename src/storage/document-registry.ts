import { LockMode } from '@mikro-orm/postgresql';
import type { Page, PageQuery } from '../application/ports/page.ts';
import type { RegistryStore } from '../application/ports/registry-store.ts';
import type { CapabilityContract } from '../domain/contract.ts';
import type { PolicySet } from '../domain/policy.ts';
import { createBatcher } from './batcher.ts';
import type { Database, Statement } from './database.ts';
import { AgentEntity } from './entities/agent-entity.ts';
import { CapabilityContractEntity } from './entities/capability-contract-entity.ts';
import { PolicySetEntity } from './entities/policy-set-entity.ts';
import { isUuid } from './ids.ts';
import { emptyPage, hasRealKeys, keysetOf, newestFirst } from './keyset.ts';
import type { Orm } from './mikro-orm.ts';
import { toContract, toPolicySet } from './registry-records.ts';

type DocumentRegistry = Pick<
  RegistryStore,
  | 'publishCapabilities'
  | 'publishPolicies'
  | 'activeContracts'
  | 'activePolicySets'
  | 'contractHistory'
  | 'policyHistory'
>;

const ACTIVE_CONTRACTS: Statement = {
  name: 'active-contracts',
  text: `select id, agent_id as "agentId", version, is_active as "isActive", capabilities, created_at as "createdAt"
         from capability_contracts where agent_id = any ($1::uuid[]) and is_active`,
};

const ACTIVE_POLICY_SETS: Statement = {
  name: 'active-policy-sets',
  text: `select id, agent_id as "agentId", version, is_active as "isActive", default_action as "defaultAction", rules,
           created_at as "createdAt"
         from policy_sets where agent_id = any ($1::uuid[]) and is_active`,
};

/** Contracts and policy sets: append-only versions of which one is active. */
export const createDocumentRegistry = (orm: Orm, database: Database): DocumentRegistry => {
  const activeContract = createActiveReader<CapabilityContract>(database, ACTIVE_CONTRACTS);
  const activePolicySet = createActiveReader<PolicySet>(database, ACTIVE_POLICY_SETS);

  return {
    publishCapabilities: (id, agentId, capabilities, at) =>
      publish(orm, database, 'capability_contracts', agentId, async (em, version) => {
        const row = { id, agentId, version, isActive: true, capabilities, createdAt: at };
        await em.insert(CapabilityContractEntity, { ...row, actions: capabilities.map(({ action }) => action) });
        return toContract(row);
      }),

    publishPolicies: (id, agentId, rules, defaultAction, at) =>
      publish(orm, database, 'policy_sets', agentId, async (em, version) => {
        const row = { id, agentId, version, isActive: true, defaultAction, rules, createdAt: at };
        await em.insert(PolicySetEntity, row);
        return toPolicySet(row);
      }),

    activeContracts: (agentIds) => Promise.all(agentIds.map(activeContract)),
    activePolicySets: (agentIds) => Promise.all(agentIds.map(activePolicySet)),

    contractHistory: (agentId, page) =>
      history(database, 'contract-history', agentId, page, {
        read: async (where) =>
          (await orm.em.fork().find(CapabilityContractEntity, where, byVersion(page))).map(toContract),
        count: () => orm.em.fork().count(CapabilityContractEntity, { agentId: { $eq: agentId } }),
      }),

    policyHistory: (agentId, page) =>
      history(database, 'policy-history', agentId, page, {
        read: async (where) => (await orm.em.fork().find(PolicySetEntity, where, byVersion(page))).map(toPolicySet),
        count: () => orm.em.fork().count(PolicySetEntity, { agentId: { $eq: agentId } }),
      }),
  };
};

/** One statement for all agents that are asked for in one tick. */
const createActiveReader = <Document extends { readonly agentId: string }>(
  database: Database,
  statement: Statement,
) => {
  const read = createBatcher<string, Document | null>({
    run: async (agentIds) => {
      const rows = await database.query<Document>(statement, [agentIds]);
      const byAgent = new Map(rows.map((row) => [row.agentId, row]));
      return agentIds.map((id) => byAgent.get(id) ?? null);
    },
  });
  return async (agentId: string): Promise<Document | null> => (isUuid(agentId) ? read(agentId) : null);
};

/** The agent's row is the lock under which versions are counted; two active ones are refused by an index besides. */
const publish = <Document>(
  orm: Orm,
  database: Database,
  table: 'capability_contracts' | 'policy_sets',
  agentId: string,
  insert: (em: Orm['em'], version: number) => Promise<Document>,
): Promise<Document | null> =>
  database.guard('publish', async () => {
    if (!isUuid(agentId)) return null;
    return orm.em.fork().transactional(async (em) => {
      const agent = await em.findOne(
        AgentEntity,
        { id: { $eq: agentId } },
        { lockMode: LockMode.PESSIMISTIC_WRITE, fields: ['id'] },
      );
      if (agent === null) return null;
      const [next] = await em.execute<{ version: number }[]>(
        `with former as (update ${table} set is_active = false where agent_id = ? and is_active)
         select coalesce(max(version), 0) + 1 as version from ${table} where agent_id = ?`,
        [agentId, agentId],
      );
      return insert(em, next?.version ?? 1);
    });
  });

const byVersion = ({ limit, fromEnd = false }: PageQuery) =>
  ({ orderBy: { version: fromEnd ? 'asc' : 'desc' }, limit }) as const;

const isVersion = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text);

const history = async <Document>(
  database: Database,
  name: string,
  agentId: string,
  page: PageQuery,
  { read, count }: { read(where: VersionsOf): Promise<readonly Document[]>; count(): Promise<number> },
): Promise<Page<Document>> => {
  if (!isUuid(agentId)) return emptyPage(async () => 0);
  const totalCount = () => database.guard(name, count);
  if (!hasRealKeys(page, isVersion)) return emptyPage(totalCount);
  const rows = await database.guard(name, () => read({ agentId: { $eq: agentId }, ...keysetOf('version', page) }));
  return { rows: newestFirst(rows, page), totalCount };
};

type VersionsOf = { readonly agentId: { readonly $eq: string } };
