import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Tape } from './tape.ts';
import { anyJson, anyText, mutated } from './texts.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

/** What one operation sends. */
export type GraphqlInput = { readonly query: string; readonly variables: string };

const DEPTH_MAX = 5;
/** Which would end what the others are about. */
const SPARED = new Set(['deleteAgent']);
const operations = ['query', 'query', 'query', 'mutation', 'mutation', 'subscription'] as const;
const rootOf = {
  query: schema.getQueryType(),
  mutation: schema.getMutationType(),
  subscription: schema.getSubscriptionType(),
};

/** An operation that the schema has, with any arguments, and sometimes broken afterwards. */
export function anyDocument(tape: Tape): GraphqlInput {
  const operation = tape.oneOf(operations);
  const root = rootOf[operation];
  if (!root) throw new Error(`the schema has no ${operation}`);
  const fields = Object.values(root.getFields()).filter(({ name }) => !SPARED.has(name));
  const count = operation === 'subscription' || !tape.once(6) ? 1 : 2;
  const selected = Array.from({ length: count }, () => fieldText(tape, tape.oneOf(fields), DEPTH_MAX));
  const fragments = tape.once(12) ? anyFragments(tape) : '';
  const head = tape.oneOf(['', ' Named', ' Named($v: JSON)', ' Named($id: ID!, $v: [String!] = [null])']);
  const query = `${operation}${head} { ${selected.join(' ')} }${fragments}`;
  return {
    query: tape.once(4) ? mutated(tape, query) : query,
    variables: tape.once(3) ? anyJson(tape) : '{"id":"$AGENT$"}',
  };
}

const FRAGMENTS = [
  ' fragment A on Query { viewer { __typename } ...A }',
  ' fragment A on Query { ...B } fragment B on Query { ...A }',
  ' fragment A on Nothing { a }',
  ' { __schema { types { fields { type { fields { type { name } } } } } } }',
  ' query Named { __typename }',
];
const anyFragments = (tape: Tape): string => tape.oneOf(FRAGMENTS);

function fieldText(tape: Tape, field: GraphQLField<unknown, unknown>, depth: number): string {
  const args = field.args
    .filter(({ type }) => isNonNullType(type) || tape.once(2))
    .map(({ name, type }) => `${name}: ${valueText(tape, type, depth)}`);
  const alias = tape.once(10) ? `${tape.oneOf(['a', 'b', '__proto__', 'constructor'])}: ` : '';
  const directive = tape.once(20) ? tape.oneOf([' @include(if: true)', ' @skip(if: $v)', ' @defer', ' @x @x @x']) : '';
  return `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive}${selection(tape, field.type, depth)}`;
}

function selection(tape: Tape, type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (depth <= 0 || tape.isOver) return ' { __typename }';
  if (isUnionType(named)) {
    const on = tape.oneOf(named.getTypes());
    return ` { __typename ... on ${on.name}${selection(tape, on, depth - 1)} }`;
  }
  if (!isObjectType(named)) return ' { __typename }';
  const fields = Object.values(named.getFields());
  const chosen = Array.from({ length: 1 + tape.below(4) }, () => fieldText(tape, tape.oneOf(fields), depth - 1));
  return ` { ${chosen.join(' ')} }`;
}

function valueText(tape: Tape, type: GraphQLInputType, depth: number): string {
  if (isNonNullType(type)) return valueText(tape, type.ofType, depth);
  if (tape.once(25)) return tape.oneOf(['null', '$v', '$id', '1', '""', '[]', '{}', 'NOTHING', '1e999']);
  if (isListType(type)) {
    return depth > 0 ? `[${tape.some(3, () => valueText(tape, type.ofType, depth - 1)).join(', ')}]` : '[]';
  }
  if (isEnumType(type)) return tape.oneOf(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (each) => isNonNullType(each.type) || (depth > 0 && tape.once(2)),
    );
    return `{ ${fields.map((each) => `${each.name}: ${valueText(tape, each.type, depth - 1)}`).join(', ')} }`;
  }
  switch (type.name) {
    case 'Int':
      return tape.oneOf(['1', '0', '-1', '10', '100', '101', '2147483647', '2147483648']);
    case 'Float':
      return tape.oneOf(['1', '0.5', '-0.0', '1e308']);
    case 'Boolean':
      return tape.oneOf(['true', 'false']);
    case 'ID':
      return JSON.stringify(tape.once(3) ? anyText(tape) : tape.oneOf(['$AGENT$', '$REQUEST$', '$SENDER$']));
    case 'String':
      return JSON.stringify(tape.once(3) ? '$HANDLE$' : anyText(tape));
    default:
      // JSON and the like as GraphQL writes it, which has names without quotes.
      return tape.oneOf(['{}', '{a: 1}', '{a: {b: [1, "x", null, 1.0]}}', '[1]', '"x"', JSON.stringify(anyText(tape))]);
  }
}
