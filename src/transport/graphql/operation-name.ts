import { Kind, type OperationDefinitionNode } from 'graphql';
import { currentCall } from '../../application/ports/call.ts';

/** Fields of one operation that are named; a document may ask for more. */
const FIELDS_MAX = 3;

const names = new WeakMap<OperationDefinitionNode, string>();

/** The log says what is asked for, such as `mutation submitRequest`: by the schema's names, not by the caller's. */
export function noteOperation(operation: OperationDefinitionNode): void {
  const call = currentCall();
  if (!call) return;
  const known = names.get(operation);
  call.operation = known ?? nameOf(operation);
  if (known === undefined) names.set(operation, call.operation);
}

function nameOf({ operation, selectionSet }: OperationDefinitionNode): string {
  const fields = selectionSet.selections.flatMap((each) => (each.kind === Kind.FIELD ? [each.name.value] : ['…']));
  const named = fields.slice(0, FIELDS_MAX).join(' ');
  return `${operation} ${named}${fields.length > FIELDS_MAX ? ' …' : ''}`;
}
