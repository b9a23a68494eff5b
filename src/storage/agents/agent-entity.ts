import { defineEntity, p } from '@mikro-orm/core';
import type { GeneratedAlways } from 'kysely';
import { OwnerEntity } from '../owners/owner-entity.ts';

/**
 * `searchText` is what a search looks through, and follows from the other columns: no word of a search has a space, so
 * none reaches over the end of a part.
 */
export const AgentEntity = defineEntity({
  name: 'Agent',
  tableName: 'agents',
  properties: {
    id: p.uuid().primary(),
    handle: p.text().unique('agents_handle_unique'),
    displayName: p.text(),
    description: p.text().strictNullable(),
    lastHeartbeatAt: p.datetime(3).strictNullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    ownerId: () => p.manyToOne(OwnerEntity).mapToPk().strictNullable().deleteRule('no action').fieldName('owner_id'),
    /** Whether the agent's own keys may do what `agent:manage` allows. */
    agentKeysManage: p.boolean().default(true),
    searchText: p
      .text()
      .generated(`(lower(handle || ' ' || display_name || ' ' || coalesce(description, ''))) stored`)
      .$type<GeneratedAlways<string>>(),
  },
  // Whichever release of a node deletes it.
  triggers: [
    {
      name: 'agents_remember_deleted',
      timing: 'after',
      events: ['delete'],
      forEach: 'row',
      body: `insert into deleted_agents (id, handle, deleted_at) select old.id, old.handle, now() where exists (select from requests where agent_id = old.id); return null;`,
    },
    {
      name: 'agents_rest_handle',
      timing: 'after',
      events: ['delete'],
      forEach: 'row',
      body: `insert into resting_handles (handle, agent_id, owner_id, freed_at) values (old.handle, old.id, old.owner_id, now()) on conflict (handle) do update set agent_id = excluded.agent_id, owner_id = excluded.owner_id, freed_at = excluded.freed_at; return null;`,
    },
    {
      name: 'agents_remember_owner',
      timing: 'after',
      events: ['delete'],
      forEach: 'row',
      body: `insert into former_agents (id, owner_id, deleted_at) select old.id, old.owner_id, now() where old.owner_id is not null; return null;`,
    },
  ],
  indexes: [
    {
      name: 'agents_search_index',
      expression:
        'create index agents_search_index on agents using gin (search_text gin_trgm_ops) with (fastupdate = off)',
    },
    { name: 'agents_owner_id_index', properties: 'ownerId', where: 'owner_id is not null' },
  ],
});
