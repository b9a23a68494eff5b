import type { DocumentStore, Published } from '../../application/ports/document-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { CapabilityContract } from '../../domain/contract.ts';
import type { PolicySet } from '../../domain/policy.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { createBatcher } from '../batcher.ts';
import type { Database, Queryable, Statement } from '../database.ts';
import { emptyPage, hasRealKeys, keysetOf, newestFirst } from '../keyset.ts';
import type { Orm } from '../mikro-orm.ts';
import { CapabilityContractEntity, type CapabilityContractRow } from './capability-contract-entity.ts';
import { PolicySetEntity, type PolicySetRow } from './policy-set-entity.ts';

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

const INSERT_CONTRACT: Statement = {
  name: 'insert-contract',
  text: `insert into capability_contracts (id, agent_id, version, is_active, capabilities, actions, created_at)
         values ($1, $2, $3, true, $4::json, $5::text[], $6)`,
};

const INSERT_POLICY_SET: Statement = {
  name: 'insert-policy-set',
  text: `insert into policy_sets (id, agent_id, version, is_active, default_action, rules, created_at)
         values ($1, $2, $3, true, $4, $5::json, $6)`,
};

/** Deactivates what is active, and answers which version comes next. */
const nextVersion = (table: 'capability_contracts' | 'policy_sets'): Statement => ({
  name: `next-version-of-${table}`,
  text: `with former as (update ${table} set is_active = false where agent_id = $1 and is_active)
         select coalesce(max(version), 0) + 1 as version from ${table} where agent_id = $1`,
});

const NEXT_VERSION = {
  capability_contracts: nextVersion('capability_contracts'),
  policy_sets: nextVersion('policy_sets'),
};

/** Contracts and policy sets: append-only versions of which one is active. */
export const createDocumentStore = (orm: Orm, database: Database): DocumentStore => {
  const activeContract = createActiveReader<CapabilityContract>(database, ACTIVE_CONTRACTS);
  const activePolicySet = createActiveReader<PolicySet>(database, ACTIVE_POLICY_SETS);

  return {
    publishCapabilities: (id, agentId, capabilities, at) =>
      publish(database, 'capability_contracts', agentId, async (connection, version) => {
        await connection.query(INSERT_CONTRACT, [
          id,
          agentId,
          version,
          JSON.stringify(capabilities),
          capabilities.map(({ action }) => action),
          at.toISOString(),
        ]);
        return { id, agentId, version, isActive: true, capabilities, createdAt: at };
      }),

    publishPolicies: (id, agentId, rules, defaultAction, at) =>
      publish(database, 'policy_sets', agentId, async (connection, version) => {
        await connection.query(INSERT_POLICY_SET, [
          id,
          agentId,
          version,
          defaultAction,
          JSON.stringify(rules),
          at.toISOString(),
        ]);
        return { id, agentId, version, isActive: true, defaultAction, rules, createdAt: at };
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
const publish = async <Document>(
  database: Database,
  table: keyof typeof NEXT_VERSION,
  agentId: string,
  insert: (connection: Queryable, version: number) => Promise<Document>,
): Promise<Published<Document> | null> => {
  if (!isUuid(agentId)) return null;
  return database.transaction(`publish-${table}`, async (connection) => {
    const [agent] = await connection.query<{ readonly handle: string }>(LOCK_AGENT, [agentId]);
    if (agent === undefined) return null;
    const [next] = await connection.query<{ readonly version: number }>(NEXT_VERSION[table], [agentId]);
    return { document: await insert(connection, next?.version ?? 1), handle: agent.handle };
  });
};

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

const toContract = (row: CapabilityContractRow): CapabilityContract => ({
  id: row.id,
  agentId: row.agentId,
  version: row.version,
  isActive: row.isActive,
  capabilities: row.capabilities,
  createdAt: row.createdAt,
});

const toPolicySet = (row: PolicySetRow): PolicySet => ({
  id: row.id,
  agentId: row.agentId,
  version: row.version,
  isActive: row.isActive,
  defaultAction: row.defaultAction,
  rules: row.rules,
  createdAt: row.createdAt,
});
