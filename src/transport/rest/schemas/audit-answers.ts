import { Type } from '@fastify/type-provider-typebox';
import { AUDIT_CHECKPOINT, AUDIT_HEADS, AUDIT_KEY, SHOWN_ENTRY } from '../../../domain/shown-entry.ts';
import { answerOf } from '../wire-fields.ts';
import { nextCursor } from './answers.ts';
import { text } from './parts.ts';

// What the audit trail answers.

export const auditEntryAnswer = answerOf(SHOWN_ENTRY, { description: 'What the audit trail says that happened.' });

export const AuditEntryPageAnswer = Type.Object(
  { items: Type.Array(auditEntryAnswer.schema, { description: 'Newest first.' }), next_cursor: nextCursor },
  { description: 'A page of entries of the audit trail.' },
);

export const auditCheckpointAnswer = answerOf(AUDIT_CHECKPOINT, {
  description: 'What the platform has signed of its audit trail.',
});

export const AuditConsistencyAnswer = Type.Object(
  {
    from: Type.Integer({ description: 'The size of the earlier tree.' }),
    to: Type.Integer({ description: 'The size of the later tree.' }),
    hashes: Type.Array(text('A hash, in base64.'), { description: 'The proof (RFC 9162, section 2.1.4).' }),
  },
  { description: 'That a tree has all of an earlier one, unchanged.' },
);

export const auditHeadsAnswer = answerOf(AUDIT_HEADS, {
  description: "A map from every agent and sender to its newest entry, as far as it is the caller's.",
});

export const auditKeyAnswer = answerOf(AUDIT_KEY, { description: 'What checkpoints are verified with.' });

export const AuditKeyListAnswer = Type.Object(
  { items: Type.Array(auditKeyAnswer.schema, { description: 'The current one first.' }) },
  { description: 'What checkpoints are verified with.' },
);
