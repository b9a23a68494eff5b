import type { ReadEntry } from '../../../application/ports/audit-entries.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import {
  AUDIT_ACTOR,
  AUDIT_CHAIN,
  AUDIT_CHECKPOINT,
  AUDIT_HEAD,
  AUDIT_HEADS,
  AUDIT_KEY,
  AUDIT_LINK,
  AUDIT_SUBJECT,
  type AuditCheckpoint,
  type AuditHeads,
  type AuditKey,
  SHOWN_ENTRY,
  type ShownEntry,
} from '../../../domain/shown-entry.ts';
import { builder } from '../builder.ts';
import { outputFields } from '../fields.ts';
import { byEntryKey, connectionOf } from '../page.ts';
import { AgentType } from './refs.ts';

const AuditActorType = builder.objectRef<ShownEntry['actor']>('AuditActor').implement({
  description: 'Who did what an entry of the audit trail records.',
  fields: (t) => outputFields(t, AUDIT_ACTOR),
});

const AuditSubjectType = builder.objectRef<ShownEntry['subject']>('AuditSubject').implement({
  description: 'What an entry of the audit trail is about.',
  fields: (t) => outputFields(t, AUDIT_SUBJECT),
});

type Chain = NonNullable<ShownEntry['chain']>;

const AuditLinkType = builder.objectRef<NonNullable<Chain['agent']>>('AuditLink').implement({
  description: 'Where an entry stands among all those of one agent, or of one sender.',
  fields: (t) => outputFields(t, AUDIT_LINK),
});

const AuditChainType = builder.objectRef<Chain>('AuditChain').implement({
  description: 'How an entry follows those before it of the same agent and sender.',
  fields: (t) => outputFields(t, AUDIT_CHAIN, { agent: AuditLinkType, sender: AuditLinkType }),
});

const AuditEntryType = builder.objectRef<ReadEntry>('AuditEntry').implement({
  description: 'What the audit trail says that happened.',
  fields: (t) => ({
    ...outputFields(t, SHOWN_ENTRY, { actor: AuditActorType, subject: AuditSubjectType, chain: AuditChainType }),
    index: t.field({
      type: 'BigInt',
      nullable: true,
      description: descriptionOf(SHOWN_ENTRY, 'index'),
      resolve: ({ index }) => index,
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent that it is about; null for none, and for one that is deleted.',
      resolve: ({ agentId }, _args, { loaders }) => (agentId === null ? null : loaders.agent.load(agentId)),
    }),
  }),
});

const AuditCheckpointType = builder.objectRef<AuditCheckpoint>('AuditCheckpoint').implement({
  description: 'What the platform has signed of the audit trail: how large its tree is, and the root.',
  fields: (t) => ({
    ...outputFields(t, AUDIT_CHECKPOINT),
    size: t.field({
      type: 'BigInt',
      description: descriptionOf(AUDIT_CHECKPOINT, 'size'),
      resolve: ({ size }) => size,
    }),
  }),
});

const AuditHeadType = builder.objectRef<AuditHeads['heads'][number]>('AuditHead').implement({
  description: 'What was the newest entry of an agent or a sender when a map of all of them was sealed.',
  fields: (t) => outputFields(t, AUDIT_HEAD),
});

const AuditHeadsType = builder.objectRef<AuditHeads>('AuditHeads').implement({
  description: "The newest map from every agent and sender to its newest entry, with the caller's own.",
  fields: (t) => ({
    ...outputFields(t, AUDIT_HEADS, { heads: AuditHeadType }),
    size: t.field({ type: 'BigInt', description: descriptionOf(AUDIT_HEADS, 'size'), resolve: ({ size }) => size }),
  }),
});

const AuditKeyType = builder.objectRef<AuditKey>('AuditKey').implement({
  description: 'What checkpoints of the audit trail are verified with.',
  fields: (t) => outputFields(t, AUDIT_KEY),
});

builder.queryFields((t) => ({
  auditEntries: t.connection(
    {
      type: AuditEntryType,
      description:
        "What the audit trail says, newest first: of the owner's agents and the owner, of what a sender or an agent sent, or all (admin). [audit:read]",
      authScopes: { scope: 'audit:read' },
      args: {
        agentId: t.arg.id({ description: 'Only those about this agent, by its id or handle.' }),
        type: t.arg.stringList({
          description: 'Only those of one of these types, such as request.submitted; what can be none is refused.',
        }),
        requestId: t.arg.id({ description: 'Only those about this request.' }),
        from: t.arg({ type: 'DateTime', description: 'Only those of that moment or later.' }),
        to: t.arg({ type: 'DateTime', description: 'Only those of before that moment.' }),
      },
      resolve: (_root, { agentId, type, requestId, from, to, ...page }, { app, principal }) =>
        connectionOf(page, byEntryKey, (asked) =>
          app.audit.list(
            principal,
            {
              agentId: agentId ?? undefined,
              types: type ?? undefined,
              requestId: requestId ?? undefined,
              from: from ?? undefined,
              to: to ?? undefined,
            },
            asked,
          ),
        ),
    },
    { name: 'QueryAuditEntriesConnection' },
    { name: 'QueryAuditEntriesConnectionEdge' },
  ),
  auditCheckpoint: t.field({
    type: AuditCheckpointType,
    description:
      'The newest checkpoint. Keep it: a later one that is not consistent with it shows a rewritten past. For whoever has a key. [any key]',
    authScopes: { authenticated: true },
    resolve: (_root, _args, { app, principal }) => app.audit.checkpoint(principal),
  }),
  auditProof: t.string({
    description:
      'That the entry is in the tree: a proof and a checkpoint, as C2SP has them (tlog-proof). An unknown entry is AUDIT_ENTRY_NOT_FOUND, one that waits for its seal NOT_SEALED. [audit:read]',
    authScopes: { scope: 'audit:read' },
    args: { entryId: t.arg.id({ required: true, description: "The entry's id." }) },
    resolve: (_root, { entryId }, { app, principal }) => app.audit.proof(principal, entryId),
  }),
  auditConsistency: t.stringList({
    description:
      'That the tree of the second size has all of that of the first, unchanged: the hashes of a consistency proof (RFC 9162), in base64. For whoever has a key. [any key]',
    authScopes: { authenticated: true },
    args: {
      from: t.arg({ type: 'BigInt', required: true, description: 'The size of the earlier tree, 1 or more.' }),
      to: t.arg({ type: 'BigInt', required: true, description: 'The size of the later tree, at most what is sealed.' }),
    },
    resolve: async (_root, { from, to }, { app, principal }) => [...(await app.audit.consistency(principal, from, to))],
  }),
  auditHeads: t.field({
    type: AuditHeadsType,
    description:
      "What shows that none of one's entries is withheld at the end: once a day the platform seals the root of a map from every agent and sender to its newest entry; of that, the caller's own. Before the first one it is NOT_SEALED. [audit:read]",
    authScopes: { scope: 'audit:read' },
    args: {
      agentId: t.arg.id({
        description: "Only that agent's, by its id or handle; otherwise an owner's first 100 agents', or the sender's.",
      }),
    },
    resolve: (_root, { agentId }, { app, principal }) => app.audit.heads(principal, { agentId: agentId ?? undefined }),
  }),
  auditKeys: t.field({
    type: [AuditKeyType],
    description:
      'What checkpoints are verified with, the current one first. Keep it where the platform cannot reach. For whoever has a key. [any key]',
    authScopes: { authenticated: true },
    resolve: async (_root, _args, { app, principal }) => [...(await app.audit.keys(principal))],
  }),
}));
