import { Type } from 'typebox';
import { ACTION_MAX_LENGTH } from './contract.ts';
import { id, instant, nullable, type ValueOf } from './fields.ts';
import type { Request } from './request.ts';

/** At most so many approvers may decide for one agent. */
export const APPROVERS_PER_AGENT_MAX = 20;
/** At most so many agents are one approver's. */
export const AGENTS_PER_APPROVER_MAX = 100;
/** An approver is for all actions, or for at most so many. */
export const ACTIONS_PER_APPROVER_MAX = 256;

const EMAIL_MAX_LENGTH = 254;
/** A local part and a domain of plain ASCII, and nothing that a mail header would take for more than one address. */
const EMAIL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

/** Somebody who decides what is held for approval. */
export const APPROVER = Type.Object({
  id: id("The approver's id."),
  displayName: Type.String({ minLength: 1, maxLength: 200, isName: true, description: 'Its name for people.' }),
  actions: nullable(
    Type.Array(Type.String({ maxLength: ACTION_MAX_LENGTH }), {
      maxItems: ACTIONS_PER_APPROVER_MAX,
      description: 'The only actions whose requests it decides; null for all.',
    }),
  ),
  email: nullable(
    Type.String({
      maxLength: EMAIL_MAX_LENGTH,
      description: 'Where it is told of what waits for it; null for nowhere.',
    }),
  ),
  createdAt: instant('When it was made.'),
  removedAt: nullable(instant('When it was removed; null if it was not.')),
});

/** With whose it is; null where an administrator made it. */
export type Approver = ValueOf<typeof APPROVER> & {
  readonly ownerId: string | null;
  readonly agentIds: readonly string[];
};

export const isEmail = (text: string): boolean => text.length <= EMAIL_MAX_LENGTH && EMAIL.test(text);

/** Whether it may still decide about such a request. */
export const isApproverFor = (
  { removedAt, agentIds, actions }: Pick<Approver, 'removedAt' | 'agentIds' | 'actions'>,
  { agentId, action }: Pick<Request, 'agentId' | 'action'>,
): boolean => removedAt === null && agentIds.includes(agentId) && (actions === null || actions.includes(action));

/** How many may decide for an agent: its approvers, and its owner as one. Administrators may, whoever there is. */
export const voicesOf = (approvers: readonly Approver[], ownerId: string | null): number =>
  approvers.length + (ownerId === null ? 0 : 1);
