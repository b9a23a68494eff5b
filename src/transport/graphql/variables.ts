import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
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

  const read = (type: GraphQLInputType, part: JsonPart): unknown => {
    if (isNonNullType(type)) return read(type.ofType, part);
    if (part.isNull) return null;
    if (isListType(type))
      return part.isList ? part.items.map((item) => read(type.ofType, item)) : read(type.ofType, part);
    if (isInputObjectType(type)) return part.isObject ? readEach(jsonFieldsOf(type), part) : part.value;
    if (!isJsonScalar(type)) return part.value;
    texts.push(part);
    return part.toText();
  };

  /** The members of an object as they are, but for those in which there may be a JSON scalar. */
  const readEach = (types: Types, part: JsonPart): Values => {
    if (types.length === 0) return part.value as Values;
    const values: Record<string, unknown> = { ...(part.value as Values) };
    for (const [name, type] of types) {
      const member = part.members.get(name);
      if (member) values[name] = read(type, member);
    }
    return values;
  };

  const values = readEach(jsonVariablesOf(schema, operation), variables);
  const problems = variables.problems.filter((each) => each.isOfName && !texts.some((text) => text.holds(each)));
  return { values, problems };
}

type Types = readonly (readonly [name: string, type: GraphQLInputType])[];

/** By operation, for as long as its document is cached. There is one schema. */
const variablesKnown = new WeakMap<OperationDefinitionNode, Types>();

/** The variables in whose values there may be a JSON scalar. */
function jsonVariablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): Types {
  const before = variablesKnown.get(operation);
  if (before) return before;
  const definitions = operation.variableDefinitions ?? [];
  const types = definitions.map(({ variable, type }) => [variable.name.value, inputType(schema, type)] as const);
  const found = types.filter((each): each is Types[number] => each[1] !== undefined && holdsJson(each[1]));
  variablesKnown.set(operation, found);
  return found;
}

type TypeNode = NonNullable<OperationDefinitionNode['variableDefinitions']>[number]['type'];

/** Validation has found that there is such a type and that it is one of inputs. */
const inputType = (schema: GraphQLSchema, node: TypeNode) =>
  typeFromAST(schema, node as never) as GraphQLInputType | undefined;

const JSON_SCALARS: ReadonlySet<string> = new Set(['JSON', 'JSONObject']);

const isJsonScalar = (type: GraphQLNamedType): boolean => JSON_SCALARS.has(type.name);

/** By type; there is one schema. */
const fieldsKnown = new WeakMap<GraphQLInputObjectType, Types>();

/** The fields of an input in whose values there may be a JSON scalar. */
function jsonFieldsOf(type: GraphQLInputObjectType): Types {
  const before = fieldsKnown.get(type);
  if (before) return before;
  // While its fields are looked at: one that leads back to it adds nothing.
  fieldsKnown.set(type, []);
  const fields = Object.values(type.getFields());
  const found = fields.filter((field) => holdsJson(field.type)).map(({ name, type: its }) => [name, its] as const);
  fieldsKnown.set(type, found);
  return found;
}

function holdsJson(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  return isInputObjectType(named) ? jsonFieldsOf(named).length > 0 : isJsonScalar(named);
}
