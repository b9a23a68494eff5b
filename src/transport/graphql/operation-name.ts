import { Kind, type OperationDefinitionNode } from 'graphql';
import { currentCall } from '../../application/ports/call.ts';

/** Fields of one operation that are named; a document may ask for more. */
const FIELDS_MAX = 3;

const names = new WeakMap<OperationDefinitionNode, string>();

/** The log says what is asked for, such as `mutation submitRequest`: by the schema's names, not by the caller's. */
export function noteOperation(operation: OperationDefinitionNode): void {
  const call = currentCall();
  if (!call) return;
  call.operation = nameOfOperation(operation);
}

/** Made once for each document that is kept. */
export function nameOfOperation(operation: OperationDefinitionNode): string {
  const known = names.get(operation);
  if (known !== undefined) return known;
  const name = nameOf(operation);
  names.set(operation, name);
  return name;
}

function nameOf({ operation, selectionSet }: OperationDefinitionNode): string {
  const fields = selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : ['…']));
  const named = fields.slice(0, FIELDS_MAX).join(' ');
  return `${operation} ${named}${fields.length > FIELDS_MAX ? ' …' : ''}`;
}
