import { defineEntity, p } from '@mikro-orm/core';
import type { GeneratedAlways } from 'kysely';

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
  ],
  indexes: [
    {
      name: 'agents_search_index',
      expression:
        'create index agents_search_index on agents using gin (search_text gin_trgm_ops) with (fastupdate = off)',
    },
  ],
});
