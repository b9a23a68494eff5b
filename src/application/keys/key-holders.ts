import type { ApiKeyKind } from '../../domain/api-key.ts';
import type { Approver } from '../../domain/approver.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import { isUuid } from '../../domain/uuid.ts';
import {
  forbidden,
  isManagerOf,
  isOwnerItself,
  KEYS_SCOPES,
  requireKeysManager,
  requireManagerOf,
  requirePrincipal,
  requireScope,
} from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { OwnerStore } from '../ports/owner-store.ts';
import type { SenderStore } from '../ports/sender-store.ts';

/** Whose key it is, or is to be. */
export type KeyHolder = { readonly kind: ApiKeyKind; readonly id: string };

/** Whose key is asked for; the caller's own where nobody is named. */
export type NamedHolder = {
  readonly agentId?: string | null | undefined;
  readonly senderId?: string | null | undefined;
  readonly ownerId?: string | null | undefined;
  readonly approverId?: string | null | undefined;
};

type Dependencies = {
  readonly senders: SenderStore;
  readonly owners: OwnerStore;
  readonly approvers: ApproverStore;
  readonly directory: Directory;
  readonly mayManageApprover: (principal: Principal | null, approver: Approver) => Promise<boolean>;
};

const KINDS = { agent: 'AGENT', sender: 'SENDER', owner: 'OWNER' } as const;

const NAMES = ['agentId', 'senderId', 'ownerId', 'approverId'] as const;

/**
 * Whose keys somebody manages: its own; an owner its agents' and its approvers'; an administrator anybody's. Whatever is not
 * the caller's is refused alike, whether it exists or not.
 */
export function createKeyHolders(deps: Dependencies) {
  const { senders, owners, approvers, directory, mayManageApprover } = deps;

  /** Throws InvalidInputError for more than one, and to administrators for none or one that is not there. */
  async function named(principal: Principal | null, input: NamedHolder): Promise<KeyHolder> {
    const known = requirePrincipal(principal);
    const given = NAMES.filter((name) => input[name] != null);
    const [name] = given;
    if (given.length > 1) throw refused('', `must name one holder, and not ${given.join(' and ')}`);
    if (name === undefined) {
      if (known.kind === 'admin') throw refused('', `must name whose key it is: one of ${NAMES.join(', ')}`);
      const manager = requireKeysManager(known);
      return { kind: KINDS[manager.kind], id: holderIdOf(manager) };
    }
    if (known.kind !== 'admin' && known.kind !== 'approver') requireScope(known, KEYS_SCOPES[known.kind]);
    const id = input[name] ?? '';
    return OF_NAME[name](known, id);
  }

  const OF_NAME: Readonly<Record<(typeof NAMES)[number], (known: Principal, id: string) => Promise<KeyHolder>>> = {
    async agentId(known, idOrHandle) {
      const id = await directory.idOf(idOrHandle);
      await requireManagerOf(known, id, directory.ownerOf);
      if ((await directory.agentOf(id)) === null) throw refused('agentId', 'is no agent');
      return { kind: 'AGENT', id };
    },
    async senderId(known, id) {
      if (known.kind !== 'admin' && !isOwn(known, 'SENDER', id)) throw forbidden(known, 'senderItself');
      if ((await existing(senders.byIds, id)) === null) throw refused('senderId', 'is no sender');
      return { kind: 'SENDER', id };
    },
    async ownerId(known, id) {
      if (!isOwnerItself(known, id)) throw forbidden(known, 'ownerItself');
      if ((await existing(owners.byIds, id)) === null) throw refused('ownerId', 'is no owner');
      return { kind: 'OWNER', id };
    },
    async approverId(known, id) {
      const approver = await existing(approvers.byIds, id);
      const isThere = approver !== null && approver.removedAt === null;
      if (known.kind === 'admin' && !isThere) throw refused('approverId', 'is no approver');
      if (!isThere || !(await mayManageApprover(known, approver))) throw forbidden(known, 'approversManager');
      return { kind: 'APPROVER', id };
    },
  };

  /** Whether the caller manages the keys of that holder. */
  async function mayManage(known: Principal, { kind, id }: KeyHolder): Promise<boolean> {
    switch (kind) {
      case 'AGENT':
        return isManagerOf(known, id, directory.ownerOf);
      case 'SENDER':
        return known.kind === 'admin' || isOwn(known, kind, id);
      case 'OWNER':
        return isOwnerItself(known, id);
      case 'APPROVER': {
        const approver = await existing(approvers.byIds, id);
        return approver !== null && mayManageApprover(known, approver);
      }
    }
  }

  return { named, mayManage };
}

/** Of the same kind: what such a key makes may do no more than it may itself. */
export const scopesOfKind = (known: Principal, { kind }: KeyHolder): ReadonlySet<Scope> | null =>
  known.kind === 'admin' || known.kind === 'approver' || KINDS[known.kind] !== kind ? null : known.scopes;

const isOwn = (known: Principal, kind: ApiKeyKind, id: string): boolean =>
  known.kind !== 'admin' && known.kind !== 'approver' && KINDS[known.kind] === kind && holderIdOf(known) === id;

async function existing<Item>(
  byIds: (ids: readonly string[]) => Promise<readonly (Item | null)[]>,
  id: string,
): Promise<Item | null> {
  const [item = null] = isUuid(id) ? await byIds([id]) : [];
  return item;
}

function refused(name: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path: name === '' ? 'input' : `input.${name}`, message }]);
}
