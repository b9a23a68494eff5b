import { GraphQLError, Kind } from 'graphql';
import { instantText } from '../../domain/instant-text.ts';
import { INSTANT_RULE, instantOf } from '../instants.ts';
import { builder } from './builder.ts';

const refused = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

builder.scalarType('DateTime', {
  description: 'An RFC 3339 instant in UTC.',
  serialize: instantText,
  parseValue: (value) => {
    const instant = typeof value === 'string' ? instantOf(value) : null;
    if (instant === null) {
      throw refused(`DateTime ${INSTANT_RULE}.`);
    }
    return instant;
  },
});

builder.scalarType('BigInt', {
  description: 'A whole number that may be larger than Int has room for, up to 2^53 − 1.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw refused('BigInt must be a whole number of at most 2^53 − 1.');
  },
  parseLiteral: (node) => {
    const number = node.kind === Kind.INT ? Number(node.value) : Number.NaN;
    if (Number.isSafeInteger(number)) return number;
    throw refused('BigInt must be a whole number of at most 2^53 − 1.');
  },
});
