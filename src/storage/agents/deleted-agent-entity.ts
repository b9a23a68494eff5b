import { defineEntity, p } from '@mikro-orm/core';

/** Which handle a deleted agent had, for as long as there are requests to it: they are found by the agent's id. */
export const DeletedAgentEntity = defineEntity({
  name: 'DeletedAgent',
  tableName: 'deleted_agents',
  properties: {
    id: p.uuid().primary(),
    handle: p.text().index('deleted_agents_handle_index'),
    deletedAt: p.datetime(3),
  },
});
