import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';

/** How often a document was ended by its budget lately. The row is taken over by the version that is ended next. */
export const QuarantineEntity = defineEntity({
  name: 'Quarantine',
  tableName: 'quarantines',
  properties: {
    agentId: () => p.manyToOne(AgentEntity).mapToPk().primary().deleteRule('cascade').fieldName('agent_id'),
    document: p.enum(['CONTRACT', 'POLICIES'] as const).primary(),
    documentId: p.uuid(),
    version: p.integer(),
    /** At most as many as a quarantine takes. */
    endedAt: p.array().columnType('timestamptz[]').$type<readonly Date[]>(),
    /** Null while it is not in quarantine. */
    quarantinedAt: p.datetime(3).strictNullable(),
    until: p.datetime(3).strictNullable(),
  },
});
