import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { noteWork } from '../../application/ports/call.ts';
import { COST } from '../../application/ports/cost.ts';
import { countsOf } from './counts.ts';
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from './page.ts';

/**
 * How many values an operation may answer at most: each field counts once for each item of the lists around it, with
 * the sizes that its variables give their pages, and what is large counts for what its field or type says (`counts`).
 */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): number {
  return price(schema, operation, fragments, (name) => sentAs(name, variables));
}

function price(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  given: (variable: string) => unknown,
): number {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  );
  /** By fragment, so that one that is spread many times is priced once. */
  const known = new Map<string, number>();

  const ofSelections = ({ selections }: SelectionSetNode, type: GraphQLNamedType | undefined): number => {
    let cost = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += ofField(selection, type);
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

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): number => {
    const field = fieldOf(parent, node.name.value);
    // Introspection answers what does not grow with the data.
    if (!field) return 1;
    const { values = 1, items = isList(field.type) ? PAGE_SIZE_DEFAULT : 1 } = countsOf(field);
    if (!node.selectionSet) return values * items;
    const type = getNamedType(field.type);
    const each = ofSelections(node.selectionSet, type) + (countsOf(type).values ?? 0);
    const sizes = field.args.filter(({ name }) => SIZES.has(name));
    return values + (sizes.length > 0 ? sizeOf(node, sizes[0]?.defaultValue) : items) * each;
  };

  const sizeOf = (node: FieldNode, whenLeftOut: unknown): number => {
    const given = (node.arguments ?? [])
      .filter(({ name }) => SIZES.has(name.value))
      .map(({ value }) => numberOf(value));
    const sizes = given.filter((size) => size !== null);
    if (sizes.length === 0) return typeof whenLeftOut === 'number' ? whenLeftOut : PAGE_SIZE_DEFAULT;
    return Math.min(Math.max(0, ...sizes), PAGE_SIZE_MAX);
  };

  const numberOf = (value: ValueNode): number | null => {
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind !== Kind.VARIABLE) return null;
    const sent = given(value.name.value);
    // A default is for a variable that is left out; null is a value.
    const size = sent === undefined ? defaults.get(value.name.value) : sent;
    return typeof size === 'number' ? size : null;
  };

  const root = schema.getRootType(operation.operation) ?? undefined;
  return ofSelections(operation.selectionSet, root);
}

/** What was sent as a variable, whatever its name: "constructor" is none of those that every object has. */
const sentAs = (name: string, variables: Readonly<Record<string, unknown>>): unknown =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

const isList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

type AnyField = GraphQLField<unknown, unknown>;

const fieldOf = (type: GraphQLNamedType | undefined, name: string): AnyField | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** Arguments that say how many items a field answers. */
const SIZES: ReadonlySet<string> = new Set(['first', 'last', 'pageSize']);

/** Says of an operation that it costs more, before it is executed; null of any other. */
export function createCostLimit({ max }: { readonly max: number }): (args: ExecutionArgs) => GraphQLError | null {
  /** Costs that no variable decides, for as long as the document is cached. */
  const known = new WeakMap<OperationDefinitionNode, number>();

  const costFor = (operation: OperationDefinitionNode, { schema, document, variableValues }: ExecutionArgs): number => {
    const before = known.get(operation);
    if (before !== undefined) return before;
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const each of document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
    }
    let isDecidedByVariables = false;
    const cost = price(schema, operation, fragments, (name) => {
      isDecidedByVariables = true;
      return sentAs(name, variableValues ?? {});
    });
    if (!isDecidedByVariables) known.set(operation, cost);
    return cost;
  };

  return (args) => {
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return null;
    const cost = costFor(operation, args);
    noteWork(Math.min(cost, max) * COST.value);
    if (cost <= max) return null;
    const message = `The operation may answer ${inWords(cost)} values; at most ${inWords(max)} are allowed. Ask for smaller pages.`;
    return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  };
}

const inWords = (count: number): string => count.toLocaleString('en');
