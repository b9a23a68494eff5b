import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import { builder } from './builder.ts';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
/** Deeper JSON literals are refused; variables have the payload's own bound. */
const LITERAL_DEPTH_MAX = 64;

const refused = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

builder.scalarType('DateTime', {
  description: 'An RFC 3339 instant in UTC.',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => {
    const instant = typeof value === 'string' ? instantOf(value) : null;
    if (instant === null) {
      throw refused('DateTime must be an RFC 3339 instant, such as "2026-01-31T12:00:00Z".');
    }
    return instant;
  },
});

/** The instant; null for what is none, for days that no month has, and for years that the format cannot write in UTC. */
function instantOf(text: string): Date | null {
  if (!RFC_3339.test(text)) return null;
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const instant = new Date(text);
  const utcYear = instant.getUTCFullYear();
  // A month's days are what its next one's day 0 is.
  const isDay = day <= new Date(Date.UTC(2_000 + (year % 400), month, 0)).getUTCDate();
  return isDay && utcYear >= 0 && utcYear <= 9_999 ? instant : null;
}

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value as JsonValue,
  parseLiteral: (node, variables) => literal(node, variables ?? {}, 0),
});

builder.scalarType('JSONObject', {
  description: 'A JSON object.',
  serialize: (value) => value,
  parseValue: asObject,
  parseLiteral: (node, variables) => asObject(literal(node, variables ?? {}, 0)),
});

function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw refused('JSONObject must be a JSON object.');
}

function literal(node: ValueNode, variables: Readonly<Record<string, unknown>>, depth: number): JsonValue {
  if (depth > LITERAL_DEPTH_MAX) throw refused(`A JSON literal may be nested ${LITERAL_DEPTH_MAX} deep at most.`);
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((each) => literal(each, variables, depth + 1));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, literal(value, variables, depth + 1)]),
      );
    case Kind.VARIABLE:
      return (variables[node.name.value] ?? null) as JsonValue;
  }
}
