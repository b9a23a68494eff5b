import { type DocumentNode, GraphQLError, Lexer, type ParseOptions, parse, Source, TokenKind } from 'graphql';
import { LRUCache } from 'lru-cache';

type DocumentBounds = {
  readonly tokens: number;
  /** Brackets of any kind that are open at once: a parser goes one step deeper with each. */
  readonly nesting: number;
};

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses documents that are too long or nested too deeply by their tokens, before they are parsed: graphql's parser
 * recurses, and where its stack ends depends on the process, not on the document.
 */
export const documentBoundsPlugin = (bounds: DocumentBounds): object => ({
  onParse({ setParseFn }: { setParseFn(parser: typeof parse): void }) {
    setParseFn((source: string | Source, options?: ParseOptions): DocumentNode => {
      const text = typeof source === 'string' ? new Source(source) : source;
      checkTokens(text, bounds);
      return parse(text, options);
    });
  },
});

function checkTokens(source: Source, bounds: DocumentBounds): void {
  const lexer = new Lexer(source);
  let tokens = 0;
  let nesting = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    tokens += 1;
    if (tokens > bounds.tokens) throw tooMuch(`has more than ${bounds.tokens.toLocaleString('en')} tokens`);
    if (OPENING.has(kind)) nesting += 1;
    else if (CLOSING.has(kind)) nesting -= 1;
    if (nesting > bounds.nesting) throw tooMuch(`is nested more than ${bounds.nesting} brackets deep`);
  }
}

const tooMuch = (what: string): GraphQLError =>
  new GraphQLError(`Syntax Error: The document ${what}.`, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } });

/** What is remembered of documents, in characters: agents and pages send the same few all the time. */
const CACHED_MAX_CHARACTERS = 4 * 1_048_576;
const CACHED_MAX = 1_000;
/** A longer document is parsed each time. No page of ours and no SDK sends one. */
const CACHED_DOCUMENT_MAX_CHARACTERS = 65_536;

export type DocumentCaches = ReturnType<typeof createDocumentCaches>;

/**
 * The caches of parsed documents and of what is wrong with others. Both are bounded by what they hold, not only by how
 * many: a document may be as long as a body. Only what the document itself is to blame for is kept as its error.
 */
export function createDocumentCaches() {
  const errors = createCache<Error>();
  return {
    documentCache: createCache<DocumentNode>(),
    errorCache: {
      get: (document: string) => errors.get(document),
      set(document: string, error: Error) {
        if (error instanceof GraphQLError) errors.set(document, error);
      },
    },
  };
}

const createCache = <Value extends object>() =>
  new LRUCache<string, Value>({
    max: CACHED_MAX,
    maxSize: CACHED_MAX_CHARACTERS,
    maxEntrySize: CACHED_DOCUMENT_MAX_CHARACTERS,
    sizeCalculation: (_value, document) => document.length + 1,
  });
