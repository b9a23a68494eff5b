import { defineEntity, p } from '@mikro-orm/core';

/** How many requests of a sender to an agent a stage said no to within a minute, beyond those that are stored. */
export const RejectionsNotKeptEntity = defineEntity({
  name: 'RejectionsNotKept',
  tableName: 'rejections_not_kept',
  properties: {
    startsAt: p.datetime(3).primary(),
    agentId: p.uuid().primary(),
    senderId: p.uuid().primary(),
    stage: p.text().primary(),
    count: p.integer(),
  },
  indexes: [{ name: 'rejections_not_kept_agent_id_index', properties: ['agentId', 'startsAt'] }],
});
