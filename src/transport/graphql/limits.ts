import { EnvelopArmor } from '@escape.tech/graphql-armor';
import { NoSchemaIntrospectionCustomRule, type ValidationRule } from 'graphql';
import { documentBoundsPlugin } from './parsing.ts';
import { repetitionLimitPlugin } from './repetitions.ts';

/** What one document may ask for. Documented in docs/limits.md; page sizes are capped where pages are made. */
export const DOCUMENT_LIMITS = {
  tokens: 2_000,
  /** Brackets open at once: what fields, arguments and JSON literals may need together. */
  nesting: 100,
  depth: 12,
  aliases: 30,
  directives: 20,
  /** Fields of one name that have fields themselves: each pair of them is compared when a document is validated. */
  repetitions: 60,
  /** Values that an operation may answer, with the sizes of its pages. */
  cost: 10_000,
} as const;

/**
 * Plugins that refuse a document when it is parsed or validated, so that they hold wherever a document comes in: HTTP,
 * server-sent events and WebSocket. What decides by variables is in before-execution.ts.
 */
export function limitPlugins({ introspection }: { readonly introspection: boolean }): readonly object[] {
  const armor = new EnvelopArmor({
    // It counts while it parses, with a stack twice as deep as the document.
    maxTokens: { enabled: false },
    maxDepth: { n: DOCUMENT_LIMITS.depth, ignoreIntrospection: true },
    maxAliases: { n: DOCUMENT_LIMITS.aliases },
    maxDirectives: { n: DOCUMENT_LIMITS.directives },
    // It does not see page sizes that come in variables or are left out, and multiplies with the depth.
    costLimit: { enabled: false },
    blockFieldSuggestion: { enabled: !introspection },
  });
  const plugins = [
    documentBoundsPlugin(DOCUMENT_LIMITS),
    ...armor.protect().plugins,
    repetitionLimitPlugin({ max: DOCUMENT_LIMITS.repetitions }),
  ];
  return introspection ? plugins : [...plugins, noIntrospection];
}

/** Yoga's own plugin knows only what comes through its HTTP handler: no socket, and none of our plain POSTs. */
const noIntrospection = {
  onValidate: ({ addValidationRule }: { addValidationRule(rule: ValidationRule): void }) =>
    addValidationRule(NoSchemaIntrospectionCustomRule),
};
