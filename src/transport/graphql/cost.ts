import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './page.ts';

/**
 * How many values an operation may answer at most: each field counts once for each item of the pages around it, with
 * the sizes that its variables give them. Other lists count as one: what they hold is bounded where it is stored.
 */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): number {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  );
  /** By fragment, so that one that is spread many times is looked at once. */
  const known = new Map<string, number>();

  const ofSelections = ({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): number => {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += ofField(selection, fieldOf(type, selection.name.value));
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        cost += ofSelections(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : type);
      } else cost += ofFragment(selection.name.value);
    }
    return cost;
  };

  const ofFragment = (name: string): number => {
    const seen = known.get(name);
    if (seen !== undefined) return seen;
    const fragment = fragments.get(name);
    if (fragment === undefined) return 0;
    known.set(name, 0);
    const cost = ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    known.set(name, cost);
    return cost;
  };

  const ofField = (node: FieldNode, field: AnyField | undefined): number => {
    // Introspection answers what does not grow with the data.
    if (!field || !node.selectionSet) return 1;
    const each = ofSelections(node.selectionSet, getNamedType(field.type));
    return 1 + (isPage(field) ? sizeOf(node) : 1) * each;
  };

  const sizeOf = (node: FieldNode): number => {
    const given = node.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value;
    let size: unknown;
    if (given?.kind === Kind.INT) size = Number(given.value);
    if (given?.kind === Kind.VARIABLE) size = variables[given.name.value] ?? defaults.get(given.name.value);
    return typeof size === 'number' ? Math.min(Math.max(size, 0), PAGE_SIZE_MAX) : PAGE_SIZE_DEFAULT;
  };

  const root = schema.getRootType(operation.operation) ?? undefined;
  return ofSelections(operation.selectionSet, root);
}

type AnyField = GraphQLField<unknown, unknown>;

const fieldOf = (type: GraphQLNamedType | undefined, name: string): AnyField | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

const isPage = ({ args }: AnyField): boolean => args.some(({ name }) => name === 'first');

type Stop = { readonly args: ExecutionArgs; setResultAndStopExecution(result: { errors: GraphQLError[] }): void };

/** Refuses what costs more, before it is executed: over HTTP, server-sent events and WebSocket. */
export function costLimitPlugin({ max }: { readonly max: number }): object {
  const check = ({ args, setResultAndStopExecution }: Stop) => {
    const { schema, document, operationName, variableValues } = args;
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const each of document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
    }
    const cost = costOf(schema, operation, fragments, variableValues ?? {});
    if (cost <= max) return;
    const message = `The operation may answer ${inWords(cost)} values; at most ${inWords(max)} are allowed. Ask for smaller pages.`;
    setResultAndStopExecution({ errors: [new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })] });
  };
  return { onExecute: check, onSubscribe: check };
}

const inWords = (count: number): string => count.toLocaleString('en');
