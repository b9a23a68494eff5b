import type { DocumentStore, Published } from '../../application/ports/document-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import { ownAct } from '../../domain/actor.ts';
import { CAPABILITY, CAPABILITY_CONTRACT, type PublishedContract } from '../../domain/contract.ts';
import { complete } from '../../domain/fields.ts';
import { JsonPart } from '../../domain/json/json-part.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { POLICY_SET, type PolicySet } from '../../domain/policy.ts';
import { readRecord } from '../../domain/read-record.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database, Queryable } from '../database.ts';
import { emptyPage, hasRealKeys, newestFirst } from '../keyset.ts';
import { liftQuarantine } from '../quarantines/lift-quarantine.ts';
import { createReader } from '../reader.ts';
import type { RowIn } from '../tables.ts';
import { documentDigest } from './document-digest.ts';
import {
  ACTIVE_CONTRACTS,
  ACTIVE_POLICY_SETS,
  type CONTRACT,
  CONTRACTS_BY_ID,
  contractsOf,
  countOf,
  INSERT_CONTRACT,
  NEXT_CONTRACT_VERSION,
  type POLICY_SET_ROW,
  policySetsOf,
} from './document-statements.ts';
import { createExpireVersions } from './expire-versions.ts';
import { publishPolicySet } from './publish-policy-set.ts';
import { fromStored } from './stored-rule.ts';

/** Contracts and policy sets: append-only versions of which one is active. */
export const createDocumentStore = (database: Database): DocumentStore => {
  const publish = createPublish(database);

  return {
    publishCapabilities: (id, agentId, capabilities, at, act = ownAct(at)) =>
      publish('publish-contract', agentId, async (connection) => {
        const [next] = await connection.run(NEXT_CONTRACT_VERSION, { agentId });
        const version = next?.version ?? 1;
        const contract = { id, agentId, version, isActive: true, createdAt: at };
        const actions = capabilities.map(({ action }) => action);
        const stored = JsonText.of<readonly unknown[]>(capabilities);
        await connection.run(INSERT_CONTRACT, { contract: { ...contract, capabilities: stored, actions } });
        await liftQuarantine(connection, agentId, 'CONTRACT', act);
        await noteEntries(connection, [
          {
            type: 'capabilities.published',
            ...entryBy(act),
            subject: { kind: 'contract', id },
            agentId,
            data: { version, digest: documentDigest('contract', stored.text) },
          },
        ]);
        return { ...contract, capabilities };
      }),

    publishPolicies: (id, agentId, rules, defaultAction, at, act = ownAct(at)) =>
      publish('publish-policy-set', agentId, (connection) =>
        publishPolicySet(connection, agentId, { id, rules, defaultAction }, act),
      ),

    ...createExpireVersions(database),

    activeContracts: createReader<PublishedContract>(
      async (agentIds) => (await database.run(ACTIVE_CONTRACTS, { agentIds: agentIds.filter(isUuid) })).map(toContract),
      ({ agentId }) => agentId,
    ),
    contractsById: createReader<PublishedContract>(
      async (ids) => (await database.run(CONTRACTS_BY_ID, { ids: ids.filter(isUuid) })).map(toContract),
      ({ id }) => id,
    ),
    activePolicySets: createReader<PolicySet>(
      async (agentIds) =>
        (await database.run(ACTIVE_POLICY_SETS, { agentIds: agentIds.filter(isUuid) })).map(toPolicySet),
      ({ agentId }) => agentId,
    ),

    contractHistory: (agentId, page) =>
      history(agentId, page, toContract, {
        rows: () => database.runOnce('contract-history', contractsOf(agentId, page)),
        count: () => database.runOnce('count-contracts', countOf('capability_contracts', agentId)),
      }),

    policyHistory: (agentId, page) =>
      history(agentId, page, toPolicySet, {
        rows: () => database.runOnce('policy-set-history', policySetsOf(agentId, page)),
        count: () => database.runOnce('count-policy-sets', countOf('policy_sets', agentId)),
      }),
  };
};

/** The agent's row is the lock under which versions are counted; two active ones are refused by an index besides. */
const createPublish =
  (database: Database) =>
  async <Document>(
    name: string,
    agentId: string,
    insert: (connection: Queryable) => Promise<Document>,
  ): Promise<Published<Document> | null> => {
    if (!isUuid(agentId)) return null;
    return database.transaction(name, async (connection) => {
      const [agent] = await connection.run(LOCK_AGENT, { id: agentId });
      if (agent === undefined) return null;
      return { document: await insert(connection), handle: agent.handle };
    });
  };

const isVersion = (text: string): boolean => /^[1-9]\d{0,8}$/.test(text);

const history = async <Row extends { readonly total: number }, Document>(
  agentId: string,
  page: PageQuery,
  toDocument: (row: Omit<Row, 'total'>) => Document,
  read: { rows(): Promise<readonly Row[]>; count(): Promise<readonly { readonly total: number }[]> },
): Promise<Page<Document>> => {
  if (!isUuid(agentId)) return emptyPage(async () => 0);
  const totalCount = async () => (await read.count())[0]?.total ?? 0;
  if (!hasRealKeys(page, isVersion)) return emptyPage(totalCount);
  const found = await read.rows();
  const rows = newestFirst(found, page).map(({ total: _, ...row }) => toDocument(row));
  return { rows, isCut: rows.length < (found[0]?.total ?? 0), totalCount };
};

/** What was published before a field was added has its default. */
const toContract = ({ capabilities, ...row }: RowIn<typeof CONTRACT>): PublishedContract =>
  complete(CAPABILITY_CONTRACT, {
    ...row,
    capabilities: JsonPart.known(capabilities.text).items.map((each) => readRecord(CAPABILITY, each)),
  });

const toPolicySet = ({ rules, ...row }: RowIn<typeof POLICY_SET_ROW>): PolicySet =>
  complete(POLICY_SET, { ...row, rules: rules.value.map(fromStored) });
