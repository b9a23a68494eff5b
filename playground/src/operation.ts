import { type DocumentNode, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import type { Caller } from './keys.ts';

/** A line above an operation that says whom it is run as, as in the README's walkthrough. */
const CALLER = /^[ \t]*#[ \t]*as (?:the )?(agent|sender|nobody)\b/gim;

export type Operation = {
  readonly name: string;
  readonly isSubscription: boolean;
  /** Whom the line above it names; null if there is none. */
  readonly caller: Caller | null;
};

/**
 * The name of the operation to run: of the only one, whatever GraphiQL was told. It reads what is typed a moment later, and
 * until then tells the name of what stood there before. Of several it is the one that GraphiQL says.
 */
export function operationNameOf(query: string, told: string | null | undefined): string | null | undefined {
  const document = parsed(query);
  const only = document && getOperationAST(document);
  return only ? (only.name?.value ?? null) : told;
}

/** The operation of the document that is meant; null if it cannot be told, which the platform says better. */
export function operationOf(query: string, operationName: string | null | undefined): Operation | null {
  const document = parsed(query);
  const operation = document && getOperationAST(document, operationName);
  if (!operation) return null;
  return {
    name: operation.name?.value ?? rootFieldOf(operation),
    isSubscription: operation.operation === 'subscription',
    caller: callerAbove(query, document, operation),
  };
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

function rootFieldOf({ operation, selectionSet: { selections } }: OperationDefinitionNode): string {
  const [first] = selections;
  return first?.kind === 'Field' ? first.name.value : operation;
}

function callerAbove(query: string, document: DocumentNode, operation: OperationDefinitionNode): Caller | null {
  const start = operation.loc?.start ?? 0;
  const ends = document.definitions.map(({ loc }) => loc?.end ?? 0).filter((end) => end <= start);
  const above = query.slice(Math.max(0, ...ends), start);
  return ([...above.matchAll(CALLER)].at(-1)?.[1]?.toLowerCase() as Caller | undefined) ?? null;
}
