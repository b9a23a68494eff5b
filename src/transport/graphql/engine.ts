import { type DocumentNode, GraphQLError } from 'graphql';
import { noteWork } from '../../application/ports/call.ts';
import { COST } from '../../application/ports/cost.ts';
import type { Log } from '../../application/ports/log.ts';
import type { Metrics } from '../../application/ports/metrics.ts';
import { createMaskError } from './errors.ts';
import { createOperations } from './operations.ts';
import { createDocumentCaches } from './parsing.ts';
import { schema } from './schema.ts';
import { createYogaServer } from './yoga.ts';

export type GraphqlEngine = ReturnType<typeof createGraphqlEngine>;

type Dependencies = {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly introspection: boolean;
  readonly answerMaxBytes: number;
};

const KIB = 1_024;

/** A document that may be executed, or what is wrong with it. */
type CheckedDocument =
  | { readonly document: DocumentNode; readonly problems: null }
  | { readonly document: null; readonly problems: readonly GraphQLError[] };

/**
 * What executes documents, for every way in: one set of plugins and limits. Yoga's own handler is one way; transports
 * that read operations themselves use the rest.
 */
export function createGraphqlEngine({ log, metrics, introspection, answerMaxBytes }: Dependencies) {
  const use = metrics.caches.of('graphql_documents');
  const unusable = metrics.operations.of('none', 'errors');
  const caches = createDocumentCaches();
  const maskError = createMaskError(log);
  const yoga = createYogaServer({ log, introspection, answerMaxBytes, caches, maskError });
  const { subscribe } = yoga.getEnveloped({} as never);
  /** Documents that were found to be without problems. Nothing but their text, the schema and the settings decides. */
  const checked = new WeakSet<DocumentNode>();

  function refusedFor(problems: readonly GraphQLError[]): CheckedDocument {
    unusable.add();
    return { document: null, problems };
  }

  return {
    yoga,
    schema,
    ...createOperations({ maskError, subscribe, metrics, answerMaxBytes }),

    /** Whether the document was found to be without problems, and is remembered. */
    isKnown(text: string): boolean {
      const cached = caches.documentCache.get(text);
      return cached !== undefined && checked.has(cached);
    },

    /** What is told of an error that is no operation's. */
    told: maskError,

    /** Parses and validates a document, once for as long as it is cached. */
    check(text: string): CheckedDocument {
      const cached = caches.documentCache.get(text);
      if (cached && checked.has(cached)) {
        use.hits.add();
        return { document: cached, problems: null };
      }
      use.misses.add();
      noteWork(COST.call + (text.length / KIB) * COST.documentKib);
      const { parse, validate } = yoga.getEnveloped({} as never);
      try {
        const document: DocumentNode = parse(text);
        // Limits are thrown, rules answer.
        const problems: readonly GraphQLError[] = validate(schema, document);
        if (problems.length > 0) return refusedFor(problems);
        checked.add(document);
        return { document, problems: null };
      } catch (error) {
        if (error instanceof GraphQLError) return refusedFor([error]);
        throw error;
      }
    },
  };
}
