import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { JsonObject, JsonValue } from '../../domain/json/json.ts';
import { JsonPart } from '../../domain/json/json-part.ts';
import { JsonText, stringifyJson } from '../../domain/json/json-text.ts';
import { builder } from './builder.ts';

/** Deeper JSON literals are refused; variables have the payload's own bound. */
const LITERAL_DEPTH_MAX = 64;

const refused = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => given(value),
  parseLiteral: (node, variables) => written(node, variables ?? {}),
});

builder.scalarType('JSONObject', {
  description: 'A JSON object.',
  serialize: (value) => value,
  parseValue: (value) => asObject(given(value)),
  parseLiteral: (node, variables) => asObject(written(node, variables ?? {})),
});

/** A variable, as takeVariables left it. */
const given = (value: unknown): JsonText =>
  value instanceof JsonText ? value : JsonPart.read(stringifyJson(value)).toText();

/** A literal in the document. */
const written = (node: ValueNode, variables: Variables): JsonText =>
  JsonPart.read(literalText(node, variables, 0)).toText<JsonValue>();

function asObject(json: JsonText): JsonText<JsonObject> {
  if (json.isObject) return json as JsonText<JsonObject>;
  throw refused('JSONObject must be a JSON object.');
}

type Variables = Readonly<Record<string, unknown>>;

/** As JSON: numbers are written alike in both. */
function literalText(node: ValueNode, variables: Variables, depth: number): string {
  if (depth > LITERAL_DEPTH_MAX) throw refused(`A JSON literal may be nested ${LITERAL_DEPTH_MAX} deep at most.`);
  switch (node.kind) {
    case Kind.STRING:
    case Kind.ENUM:
      return JSON.stringify(node.value);
    case Kind.INT:
    case Kind.FLOAT:
      return node.value;
    case Kind.BOOLEAN:
      return String(node.value);
    case Kind.NULL:
      return 'null';
    case Kind.LIST:
      return `[${node.values.map((each) => literalText(each, variables, depth + 1)).join(',')}]`;
    case Kind.OBJECT:
      return `{${node.fields
        .map(({ name, value }) => `${JSON.stringify(name.value)}:${literalText(value, variables, depth + 1)}`)
        .join(',')}}`;
    case Kind.VARIABLE:
      return stringifyJson(variables[node.name.value] ?? null);
  }
}
