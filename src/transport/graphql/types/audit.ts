import type { ReadEntry } from '../../../application/ports/audit-entries.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import {
  AUDIT_ACTOR,
  AUDIT_CHAIN,
  AUDIT_LINK,
  AUDIT_SUBJECT,
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

builder.queryFields((t) => ({
  auditEntries: t.connection(
    {
      type: AuditEntryType,
      description:
        "What the audit trail says, newest first: of the owner's agents and the owner, of what a sender or an agent sent, or all (admin). [audit:read]",
      authScopes: { scope: 'audit:read' },
      args: {
        agentId: t.arg.id({ description: 'Only those about this agent, by its id or handle.' }),
        type: t.arg.stringList({ description: 'Only those of one of these types.' }),
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
}));
