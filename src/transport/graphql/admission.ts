import { Kind, type OperationDefinitionNode, type OperationTypeNode } from 'graphql';
import type { Admission } from '../../application/admission/admission.ts';
import type { Account } from '../../application/ports/account.ts';

/** Mutations by which an agent answers, and what opens its channel. */
const ANSWERS: Readonly<Record<OperationTypeNode, ReadonlySet<string>>> = {
  query: new Set(),
  mutation: new Set(['acknowledgeRequest', 'reportProgress', 'completeRequest', 'failRequest']),
  subscription: new Set(['agentChannel']),
};

const known = new WeakMap<OperationDefinitionNode, boolean>();

/** Whether all that the operation does is to answer as an agent, or to hear what it is asked. Told once for each document that is kept. */
function isAnswer(operation: OperationDefinitionNode): boolean {
  const before = known.get(operation);
  if (before !== undefined) return before;
  const { selections } = operation.selectionSet;
  const fields = ANSWERS[operation.operation];
  const answers = selections.every((each) => each.kind === Kind.FIELD && fields.has(each.name.value));
  known.set(operation, answers);
  return answers;
}

/**
 * Throws RateLimitedError where an agent has nothing left to have a document read that is not known. An agent pays for its answers only
 * where they come to nothing, and is known to answer once its document is read: while it has nothing left for anything else, a
 * document counts as an answer. Whoever is no agent was asked at the door.
 */
export function admitDocument(admission: Admission, account: Account, isKnown: boolean): void {
  const { payer } = account;
  if (payer?.level !== 'agents') return;
  account.isAnswer = !isKnown && !admission.hasLeft(payer.budgets);
  if (account.isAnswer) admission.checkBudget(payer, true);
}

/** Throws RateLimitedError where the operation is more than an agent has left. */
export function admitOperation(admission: Admission, account: Account, operation: OperationDefinitionNode): void {
  const { payer } = account;
  if (payer?.level !== 'agents') return;
  const answers = isAnswer(operation);
  admission.checkBudget(payer, answers);
  account.isAnswer = answers;
}
