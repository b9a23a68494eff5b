import { sql } from 'kysely';
import type { PageQuery } from '../../application/ports/page.ts';
import { anyOf, rowCount } from '../expressions.ts';
import { onPage } from '../keyset.ts';
import { rowOf } from '../parameters.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { CapabilityContractEntity } from './capability-contract-entity.ts';
import { PolicySetEntity } from './policy-set-entity.ts';

const CONTRACT_ROW = columnsOfTable(CapabilityContractEntity);
/** What the domain knows of a contract. */
export const CONTRACT = columnsOfTable(CapabilityContractEntity, { without: ['actions'] });
export const POLICY_SET_ROW = columnsOfTable(PolicySetEntity);

/** Documents of one page together, but for its last one. */
const DOCUMENTS_OF_PAGE_MAX_BYTES = 2 * 1024 * 1024;

const contracts = db.selectFrom('capability_contracts as c').select(CONTRACT.from('c'));
const policySets = db.selectFrom('policy_sets as p').select(POLICY_SET_ROW.from('p'));

export const ACTIVE_CONTRACTS = statementByKey('active-contracts', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  contracts.where('c.agent_id', '=', anyOf(agentIds)).where('c.is_active', '=', true),
);

export const CONTRACTS_BY_ID = statementByKey('contracts-by-id', { ids: 'uuid[]' }, ({ ids }) =>
  contracts.where('c.id', '=', anyOf(ids)),
);

export const ACTIVE_POLICY_SETS = statementByKey('active-policy-sets', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  policySets.where('p.agent_id', '=', anyOf(agentIds)).where('p.is_active', '=', true),
);

export const INSERT_CONTRACT = statement('insert-contract', { contract: rowOf(CONTRACT_ROW) }, ({ contract }) =>
  db.insertInto('capability_contracts').values(contract),
);

export const INSERT_POLICY_SET = statement('insert-policy-set', { policySet: rowOf(POLICY_SET_ROW) }, ({ policySet }) =>
  db.insertInto('policy_sets').values(policySet),
);

/** Deactivates what is active, and answers which version comes next. */
export const NEXT_CONTRACT_VERSION = nextVersion('capability_contracts');
export const NEXT_POLICY_SET_VERSION = nextVersion('policy_sets');
export const NEXT_AGENT_LIMITS_VERSION = nextVersion('agent_limits');

function nextVersion(table: 'capability_contracts' | 'policy_sets' | 'agent_limits') {
  return statement(`next-version-of-${table}`, { agentId: 'uuid' }, ({ agentId }) =>
    db
      .with('former', (cte) =>
        cte.updateTable(table).set({ is_active: false }).where('agent_id', '=', agentId).where('is_active', '=', true),
      )
      .selectFrom(table)
      .select(sql<number>`coalesce(max(version), 0) + 1`.as('version'))
      .where('agent_id', '=', agentId),
  );
}

/** A page of an agent's contracts, which ends early where they are large together; `total` is how many it would have. */
export const contractsOf = (agentId: string, page: PageQuery) =>
  contracts
    .innerJoin(sized('capability_contracts', 'capabilities', agentId, page).as('s'), 's.version', 'c.version')
    .select('s.total')
    .where('c.agent_id', '=', agentId)
    .where('s.before', '<', DOCUMENTS_OF_PAGE_MAX_BYTES)
    .orderBy('c.version', page.fromEnd ? 'asc' : 'desc');

/** The same of an agent's policy sets. */
export const policySetsOf = (agentId: string, page: PageQuery) =>
  policySets
    .innerJoin(sized('policy_sets', 'rules', agentId, page).as('s'), 's.version', 'p.version')
    .select('s.total')
    .where('p.agent_id', '=', agentId)
    .where('s.before', '<', DOCUMENTS_OF_PAGE_MAX_BYTES)
    .orderBy('p.version', page.fromEnd ? 'asc' : 'desc');

/** The versions of a page, with the bytes of those before each. */
function sized(
  table: 'capability_contracts' | 'policy_sets',
  document: 'capabilities' | 'rules',
  agentId: string,
  page: PageQuery,
) {
  const found = db
    .selectFrom(table)
    .select(['version', sql<number>`octet_length(${sql.ref(document)}::text)`.as('bytes')])
    .where('agent_id', '=', agentId);
  const direction = sql.raw(page.fromEnd ? 'asc' : 'desc');
  return db
    .selectFrom(onPage(found, 'version', page).as('f'))
    .select([
      'f.version',
      sql<number>`count(*) over ()::int`.as('total'),
      sql<number>`sum(f.bytes) over (order by f.version ${direction}) - f.bytes`.as('before'),
    ]);
}

export const countOf = (table: 'capability_contracts' | 'policy_sets', agentId: string) =>
  db.selectFrom(table).select(rowCount.as('total')).where('agent_id', '=', agentId);
