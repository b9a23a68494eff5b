import { isAsyncIterable, mapAsyncIterator } from '@envelop/core';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Log } from '../../application/ports/log.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import { beforeExecutionPlugin } from './before-execution.ts';
import type { GraphQLContext } from './context.ts';
import type { createMaskError } from './errors.ts';
import { limitPlugins } from './limits.ts';
import { withinBytes } from './operations.ts';
import type { DocumentCaches } from './parsing.ts';
import { schema } from './schema.ts';

type Dependencies = {
  readonly log: Log;
  readonly introspection: boolean;
  readonly answerMaxBytes: number;
  readonly caches: DocumentCaches;
  readonly maskError: ReturnType<typeof createMaskError>;
};

/**
 * What Yoga writes itself, server-sent events and answers to GET, has JSON as the text that was accepted, too, and no more
 * bytes than any other answer.
 */
const acceptedTextPlugin = (maxBytes: number): Plugin<GraphQLContext> => {
  /** Yoga asks a result how it is written. */
  const writtenByUs = (result: object): object =>
    Object.assign(withinBytes(result, maxBytes), { stringify: stringifyJson });
  return {
    onResultProcess({ result, setResult }) {
      setResult(isAsyncIterable(result) ? mapAsyncIterator(result, writtenByUs) : writtenByUs(result));
    },
  };
};

/** Yoga with our plugins and limits. The context comes from the transport of the operation. */
export function createYogaServer({ log, introspection, answerMaxBytes, caches, maskError }: Dependencies) {
  return createYoga<GraphQLContext>({
    schema,
    graphqlEndpoint: '/graphql',
    // Served by the route, under a policy that lets it run.
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/graphql/health',
    cors: false,
    multipart: false,
    batching: false,
    parserAndValidationCache: caches,
    maskedErrors: { maskError, errorMessage: 'Something went wrong on our side.' },
    logging: {
      debug: (...args) => log.debug({ args }, 'graphql'),
      info: (...args) => log.debug({ args }, 'graphql'),
      warn: (...args) => log.warn({ args }, 'graphql'),
      // Errors are logged where they are masked, with their id.
      error: (...args) => log.debug({ args }, 'graphql'),
    },
    plugins: [
      // Plain JSON POSTs are no "simple requests"; for everything else a browser must prove that it asked first.
      useCSRFPrevention({ requestHeaders: ['x-graphql-yoga-csrf', 'apollo-require-preflight'] }),
      beforeExecutionPlugin,
      ...limitPlugins({ introspection }),
      acceptedTextPlugin(answerMaxBytes),
    ],
  });
}
