import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import type { JsonPart } from '../../domain/json/json-part.ts';
import { type JsonPath, type JsonProblem, pathText } from '../../domain/json/json-problem.ts';
import type { GraphQLContext } from './context.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads the variables that a transport left in the context, and puts them into the arguments. Answers what is wrong with
 * them.
 */
export function takeVariables(args: ExecutionArgs): readonly GraphQLError[] {
  const { schema, document, operationName } = args;
  const { variables } = args.contextValue as GraphQLContext;
  const operation = variables && getOperationAST(document, operationName);
  if (!variables || !operation) return [];
  const { values, problems } = readVariables(schema, operation, variables);
  if (problems.length > 0) return problems.map((each) => refusal(each, ['variables']));
  Object.assign(args, { variableValues: values });
  return [];
}

/** How a problem is told that no use case tells of. */
export const refusal = ({ path, message }: JsonProblem, below: JsonPath = []): GraphQLError =>
  new GraphQLError(`${pathText([...below, ...path])} ${message}.`, { extensions: { code: 'BAD_USER_INPUT' } });

/**
 * The values of an operation's variables, those of the scalars JSON and JSONObject as the text that was sent; and what
 * breaks I-JSON elsewhere. What breaks it inside of such a text is the use case's to tell. Other scalars hold values to
 * rules of their own, but a name that is there twice they do not see.
 */
function readVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: JsonPart,
): { readonly values: Values; readonly problems: readonly JsonProblem[] } {
  const texts: JsonPart[] = [];

  const read = (type: GraphQLInputType | undefined, part: JsonPart): unknown => {
    if (isNonNullType(type)) return read(type.ofType, part);
    if (!type || part.isNull || !holdsJson(type)) return part.value;
    if (isListType(type))
      return part.isList ? part.items.map((item) => read(type.ofType, item)) : read(type.ofType, part);
    if (!isInputObjectType(type)) {
      texts.push(part);
      return part.toText();
    }
    if (!part.isObject) return part.value;
    const fields = type.getFields();
    return Object.fromEntries([...part.members].map(([name, member]) => [name, read(fields[name]?.type, member)]));
  };

  const values = typesOfVariables(schema, operation).flatMap(([name, type]) => {
    const part = variables.members.get(name);
    return part ? [[name, read(type, part)] as const] : [];
  });
  const problems = variables.problems.filter((each) => each.isOfName && !texts.some((text) => text.holds(each)));
  return { values: Object.fromEntries(values), problems };
}

type Types = readonly (readonly [name: string, type: GraphQLInputType | undefined])[];

/** By operation, for as long as its document is cached. There is one schema. */
const typesKnown = new WeakMap<OperationDefinitionNode, Types>();

function typesOfVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): Types {
  const before = typesKnown.get(operation);
  if (before) return before;
  const definitions = operation.variableDefinitions ?? [];
  const types = definitions.map(({ variable, type }) => [variable.name.value, inputType(schema, type)] as const);
  typesKnown.set(operation, types);
  return types;
}

type TypeNode = NonNullable<OperationDefinitionNode['variableDefinitions']>[number]['type'];

/** Validation has found that there is such a type and that it is one of inputs. */
const inputType = (schema: GraphQLSchema, node: TypeNode) =>
  typeFromAST(schema, node as never) as GraphQLInputType | undefined;

const JSON_SCALARS: ReadonlySet<string> = new Set(['JSON', 'JSONObject']);

const known = new WeakMap<object, boolean>();

/** Whether there may be a JSON scalar in a value of the type. */
function holdsJson(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return JSON_SCALARS.has(named.name);
  const before = known.get(named);
  if (before !== undefined) return before;
  // While its fields are looked at: one that leads back to it adds nothing.
  known.set(named, false);
  const holds = Object.values(named.getFields()).some((field) => holdsJson(field.type));
  known.set(named, holds);
  return holds;
}
