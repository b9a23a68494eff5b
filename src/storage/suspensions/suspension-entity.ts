import { defineEntity, p } from '@mikro-orm/core';

/**
 * An agent or a sender that an administrator has stopped. A table of its own and not a column: it is almost always empty,
 * and one condition serves agents and senders.
 */
export const SuspensionEntity = defineEntity({
  name: 'Suspension',
  tableName: 'suspensions',
  properties: {
    subjectId: p.uuid().primary(),
    kind: p.enum(['AGENT', 'SENDER'] as const),
    reason: p.text(),
    suspendedBy: p.text(),
    createdAt: p.datetime(3),
  },
});
