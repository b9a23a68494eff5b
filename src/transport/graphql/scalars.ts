import { GraphQLError } from 'graphql';
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
