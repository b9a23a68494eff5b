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
  indexes: [
    {
      name: 'agents_search_index',
      expression:
        'create index agents_search_index on agents using gin (search_text gin_trgm_ops) with (fastupdate = off)',
    },
  ],
});
