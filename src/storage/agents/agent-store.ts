import { type QueryCreator, sql } from 'kysely';
import type {
  AgentChanges,
  AgentFilter,
  AgentStore,
  NewAgent,
  RegistrationTerms,
} from '../../application/ports/agent-store.ts';
import type { NewApiKey } from '../../application/ports/api-key-store.ts';
import type { NewOwner } from '../../application/ports/owner-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import { type Act, ownAct } from '../../domain/actor.ts';
import type { Agent } from '../../domain/agent.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import { HandleTakenError } from '../../domain/errors.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { detailGiven, GIVEN_ENTRIES, noteEntries, noteGiven, toGiven } from '../audit/note-entries.ts';
import type { Database, Queryable } from '../database.ts';
import { anyOf, isAny, rowCount, valuesOf } from '../expressions.ts';
import { isUnusedAgent } from '../identities/unused.ts';
import { unusedIn, unusedOf } from '../identities/unused-pages.ts';
import { storeInvited } from '../invitations/invitation-store.ts';
import { API_KEY_ROW, newKeyRow } from '../keys/api-key-records.ts';
import { keyCreated } from '../keys/key-entries.ts';
import { emptyPage, hasRealKeys, newestFirst, onPage } from '../keyset.ts';
import { OWNER } from '../owners/owner-store.ts';
import { type Expressions, rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { LOCK_HELD } from '../requests/lock-held.ts';
import { statement, statementByKey } from '../statement.ts';
import { isAnySuspended } from '../suspensions/is-suspended.ts';
import { columnsOfTable, db, type RowIn, type Tables } from '../tables.ts';
import { lastHeartbeatAt, matches } from './agent-conditions.ts';
import { AgentEntity } from './agent-entity.ts';
import { LOCK_AGENT } from './lock-agent.ts';

/** Columns that the domain does not know of. */
const OF_STORAGE = ['searchText'] as const;
const AGENT = columnsOfTable(AgentEntity, { without: OF_STORAGE });

/** As it is read: while it has a channel, its node's renewal is its last heartbeat. */
const READ = columnsOfTable(AgentEntity, { without: [...OF_STORAGE, 'lastHeartbeatAt'] });
export const AGENT_READ = [
  ...READ.from('a'),
  lastHeartbeatAt.as('lastHeartbeatAt'),
  isAnySuspended(sql.ref('a.id')).as('isSuspended'),
] as const;

const AGENT_ROW = rowOf(AGENT);

const agents = db.selectFrom('agents as a');

/** Refers to its owner, which is stored with it or before: the key is checked when the statement is over. */
const newAgent = (agent: Expressions<{ agent: typeof AGENT_ROW }>['agent']) => (cte: QueryCreator<Tables>) =>
  cte
    .insertInto('agents')
    .values(agent)
    .onConflict((conflict) => conflict.column('handle').doNothing())
    .returning('id');

/** The agent and its key, or neither: no row where the handle is taken. */
const INSERT = statement('insert-agent', { agent: AGENT_ROW, key: rowOf(API_KEY_ROW) }, ({ agent, key }) =>
  db
    .with('agent', newAgent(agent))
    .insertInto('api_keys')
    .columns(API_KEY_ROW.names)
    .expression((from) => from.selectFrom('agent').select(valuesOf(API_KEY_ROW, key)))
    .returning('id'),
);

/** The same with an owner that is new as well, and its key. */
const INSERT_WITH_OWNER = statement(
  'insert-agent-with-owner',
  { agent: AGENT_ROW, key: rowOf(API_KEY_ROW), owner: rowOf(OWNER), ownerKey: rowOf(API_KEY_ROW) },
  ({ agent, key, owner, ownerKey }) =>
    db
      .with('agent', newAgent(agent))
      .with('owner', (cte) =>
        cte
          .insertInto('owners')
          .columns(OWNER.names)
          .expression((from) => from.selectFrom('agent').select(valuesOf(OWNER, owner))),
      )
      .insertInto('api_keys')
      .columns(API_KEY_ROW.names)
      .expression((from) =>
        from
          .selectFrom('agent')
          .select(valuesOf(API_KEY_ROW, key))
          .unionAll((or) => or.selectFrom('agent').select(valuesOf(API_KEY_ROW, ownerKey))),
      )
      .returning('id'),
);

/**
 * Answers the handle where it rests, and was not that owner's or is a suspended agent's, which would be back as another one;
 * otherwise it rests no more.
 */
const TAKE_RESTING_HANDLE = statement(
  'take-resting-handle',
  { handle: 'text', ownerId: 'uuid?', restingSince: 'timestamptz?' },
  ({ handle, ownerId, restingSince }) =>
    db
      .with('resting', (cte) =>
        cte
          .selectFrom('resting_handles as h')
          .select('h.handle')
          .where('h.handle', '=', handle)
          .where('h.freed_at', '>', restingSince)
          .where(sql<boolean>`(coalesce(h.owner_id <> ${ownerId}, true) or ${isAnySuspended(sql.ref('h.agent_id'))})`),
      )
      .with('taken', (cte) =>
        cte
          .deleteFrom('resting_handles')
          .where('handle', '=', handle)
          .where(({ not, exists, selectFrom }) => not(exists(selectFrom('resting').select('handle')))),
      )
      .selectFrom('resting')
      .select('handle'),
);

const RELEASE_HANDLE = statement('release-handle', { handle: 'text', entries: GIVEN_ENTRIES }, ({ handle, entries }) =>
  db
    .with('released', (cte) => cte.deleteFrom('resting_handles').where('handle', '=', handle).returning('handle'))
    .with('noted', () => noteGiven(entries, isAny('released')))
    .with('detailed', () => detailGiven(entries, isAny('released')))
    .selectFrom('released')
    .select('handle'),
);

const RESTING_HANDLES = statement(
  'resting-handles',
  { freedSince: 'timestamptz', beginning: 'text', limit: 'int' },
  ({ freedSince, beginning, limit }) =>
    db
      .selectFrom('resting_handles as h')
      .select(['h.handle', 'h.owner_id as ownerId', 'h.freed_at as freedAt'])
      .where('h.freed_at', '>', freedSince)
      .where(sql<boolean>`starts_with(h.handle, ${beginning})`)
      .orderBy('h.freed_at', 'desc')
      .orderBy('h.handle')
      .limit(limit),
);

const FORGET_RESTING_HANDLES = statement(
  'forget-resting-handles',
  { before: 'timestamptz', limit: 'int' },
  ({ before, limit }) =>
    db
      .with('old', (cte) =>
        cte
          .selectFrom('resting_handles')
          .select('handle')
          .where('freed_at', '<', before)
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .deleteFrom('resting_handles as h')
      .using('old')
      .whereRef('h.handle', '=', 'old.handle')
      .returning('h.handle'),
);

const BY_IDS = statementByKey('agents-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  agents.select(AGENT_READ).where('a.id', '=', anyOf(ids)),
);

const BY_HANDLES = statementByKey('agents-by-handles', { handles: 'text[]' }, ({ handles }) =>
  agents.select(AGENT_READ).where('a.handle', '=', anyOf(handles)),
);

const OF_OWNER = statement('agents-of-owner', { ownerId: 'uuid' }, ({ ownerId }) =>
  agents.select('a.id').where('a.owner_id', '=', ownerId).orderBy('a.id', 'desc'),
);

const FORMER_OF_OWNER = statement('former-agents-of-owner', { ownerId: 'uuid', limit: 'int' }, ({ ownerId, limit }) =>
  db
    .selectFrom('former_agents as f')
    .select('f.id')
    .where('f.owner_id', '=', ownerId)
    .orderBy('f.deleted_at', 'desc')
    .limit(limit),
);

const UPDATE = statement(
  'update-agent',
  {
    id: 'uuid',
    displayName: 'text?',
    description: 'text?',
    agentKeysManage: 'boolean?',
    at: 'timestamptz',
    entries: GIVEN_ENTRIES,
  },
  ({ id, displayName, description, agentKeysManage, at, entries }) =>
    db
      .with('changed', (cte) =>
        cte
          .updateTable('agents')
          .set({
            display_name: sql<string>`coalesce(${displayName}, display_name)`,
            description: sql<string | null>`nullif(coalesce(${description}, description), '')`,
            agent_keys_manage: sql<boolean>`coalesce(${agentKeysManage}, agent_keys_manage)`,
            updated_at: at,
          })
          .where('id', '=', id)
          .returning('id'),
      )
      .with('noted', () => noteGiven(entries, isAny('changed')))
      .with('detailed', () => detailGiven(entries, isAny('changed')))
      .selectFrom('changed')
      .select('id'),
);

const DELETE = statement('delete-agent', { id: 'uuid' }, ({ id }) =>
  db.deleteFrom('agents').where('id', '=', id).returning(['id', 'handle']),
);

const UNUSED = unusedIn('agents', isUnusedAgent);

export const createAgentStore = (database: Database): AgentStore => {
  const byIds = createReader<Agent>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  );
  const byHandles = createReader<Agent>(
    (handles) => database.run(BY_HANDLES, { handles }),
    ({ handle }) => handle,
  );

  return {
    insert: (agent, key, terms = {}) => insert(database, agent, key, terms),
    releaseHandle: async (handle, act = ownAct()) => {
      const subject = { kind: 'agent', id: null } as const;
      const entries = [toGiven({ type: 'handle.released', ...entryBy(act), subject, data: { handle } })];
      return (await database.run(RELEASE_HANDLE, { handle, entries })).length > 0;
    },
    restingHandles: (filter, limit) => database.run(RESTING_HANDLES, { ...filter, limit }),
    forgetRestingHandles: async (before, limit) =>
      (await database.run(FORGET_RESTING_HANDLES, { before, limit })).length,

    byIds,
    idsOfOwner: async (ownerId) =>
      isUuid(ownerId) ? (await database.run(OF_OWNER, { ownerId })).map(({ id }) => id) : [],
    formerIdsOfOwner: async (ownerId, limit) =>
      isUuid(ownerId) ? (await database.run(FORMER_OF_OWNER, { ownerId, limit })).map(({ id }) => id) : [],
    update: async (id, changes, at, act = ownAct(at)) => {
      if (!isUuid(id)) return null;
      const entries = [toGiven(changed(id, changes, act))];
      if ((await database.run(UPDATE, { id, ...changes, at, entries })).length === 0) return null;
      return (await byIds([id]))[0] ?? null;
    },
    byHandle: async (handle) => (await byHandles([handle]))[0] ?? null,
    list: (filter, page) => list(database, filter, page),
    delete: (id, act = ownAct()) => end(database, id, 'agent.deleted', act),
    unused: (page) => unusedOf(database, UNUSED, page),
    expire: (id, since, at) =>
      end(database, id, 'agent.expired', ownAct(at), async (connection) => {
        return (await connection.run(UNUSED.one, { id, since })).length > 0;
      }),
  };
};

/** Deletes the agent, if that is so under its lock. */
async function end(
  database: Database,
  id: string,
  type: 'agent.deleted' | 'agent.expired',
  act: Act,
  isToEnd: (connection: Queryable) => Promise<boolean> = async () => true,
): Promise<Pick<Agent, 'id' | 'handle'> | null> {
  if (!isUuid(id)) return null;
  return database.transaction('delete-agent', async (connection) => {
    if ((await connection.run(LOCK_AGENT, { id })).length === 0 || !(await isToEnd(connection))) return null;
    await connection.run(LOCK_HELD, { agentId: id });
    const [deleted] = await connection.run(DELETE, { id });
    if (deleted === undefined) return null;
    const { handle } = deleted;
    const about = { subject: { kind: 'agent', id }, agentId: id } as const;
    await noteEntries(connection, [{ type, ...entryBy(act), ...about, data: { handle } }]);
    return deleted;
  });
}

/** In one transaction: what a concurrent deletion or registration leaves is seen by the statement after it. */
async function insert(
  database: Database,
  agent: NewAgent,
  newKey: NewApiKey,
  { owner: newOwner = null, restingSince = null, codeHash = null, act = ownAct(agent.createdAt) }: RegistrationTerms,
): Promise<'inserted' | 'taken' | 'not-invited'> {
  const { handle, ownerId, createdAt } = agent;
  const key = newKeyRow(agent.id, newKey, createdAt);
  try {
    return await database.transaction('insert-agent', async (connection) => {
      const isStored = await storeInvited(connection, codeHash, createdAt, async () => {
        if ((await insertRows(connection, agent, key, newOwner)).length === 0) return false;
        // The agent that had it may have been deleted while its handle was waited for.
        const resting = await connection.run(TAKE_RESTING_HANDLE, { handle, ownerId, restingSince });
        if (resting.length > 0) throw new HandleTakenError(handle);
        await noteEntries(connection, registered(agent, newKey, newOwner, act));
        return true;
      });
      if (isStored === null) return 'not-invited';
      return isStored ? 'inserted' : 'taken';
    });
  } catch (error) {
    if (error instanceof HandleTakenError) return 'taken';
    throw error;
  }
}

/** Which of it was changed; what people call it is for the directory to tell. */
const changed = (
  agentId: string,
  { displayName, description, agentKeysManage }: AgentChanges,
  act: Act,
): NewAuditEntry => ({
  type: 'agent.changed',
  ...entryBy(act),
  subject: { kind: 'agent', id: agentId },
  agentId,
  data: { displayName: displayName !== null, description: description !== null, agentKeysManage },
});

/** The agent and its key, and an owner that is new with it. */
function registered(
  { id: agentId, handle }: NewAgent,
  key: NewApiKey,
  owner: NewOwner | null,
  act: Act,
): readonly NewAuditEntry[] {
  const ofAgent: readonly NewAuditEntry[] = [
    { type: 'agent.registered', ...entryBy(act), subject: { kind: 'agent', id: agentId }, agentId, data: { handle } },
    keyCreated(act, agentId, key),
  ];
  if (owner === null) return ofAgent;
  return [
    ...ofAgent,
    { type: 'owner.registered', ...entryBy(act), subject: { kind: 'owner', id: owner.id }, agentId },
    keyCreated(act, owner.id, owner.key, { agentId }),
  ];
}

function insertRows(
  connection: Queryable,
  agent: NewAgent,
  key: RowIn<typeof API_KEY_ROW>,
  newOwner: NewOwner | null,
): Promise<readonly { id: string }[]> {
  if (newOwner === null) return connection.run(INSERT, { agent, key });
  const { key: newOwnerKey, ...owner } = newOwner;
  const ownerKey = newKeyRow(owner.id, newOwnerKey, owner.createdAt);
  return connection.run(INSERT_WITH_OWNER, { agent, key, owner, ownerKey });
}

const list = async (database: Database, filter: AgentFilter, page: PageQuery): Promise<Page<Agent>> => {
  const matching = agents.where(matches(filter));
  const totalCount = async () => {
    const [row] = await database.runOnce('count-agents', matching.select(rowCount.as('total')));
    return row?.total ?? 0;
  };
  if (!hasRealKeys(page, isUuid)) return emptyPage(totalCount);
  const rows = await database.runOnce('list-agents', onPage(matching.select(AGENT_READ), 'a.id', page));
  return { rows: newestFirst(rows, page), totalCount };
};
