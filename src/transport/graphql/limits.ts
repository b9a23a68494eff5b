import { EnvelopArmor } from '@escape.tech/graphql-armor';
import { useDisableIntrospection } from '@graphql-yoga/plugin-disable-introspection';

/** What one document may ask for. Documented in the README; page sizes are capped where pages are made. */
export const DOCUMENT_LIMITS = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  directives: 20,
  cost: 5_000,
} as const;

/**
 * Plugins that refuse a document before it is executed. They hook parsing and validation, so they hold wherever a
 * document comes in: HTTP, server-sent events and WebSocket.
 */
export function limitPlugins({ introspection }: { readonly introspection: boolean }): readonly object[] {
  const armor = new EnvelopArmor({
    maxTokens: { n: DOCUMENT_LIMITS.tokens },
    maxDepth: { n: DOCUMENT_LIMITS.depth, ignoreIntrospection: true },
    maxAliases: { n: DOCUMENT_LIMITS.aliases },
    maxDirectives: { n: DOCUMENT_LIMITS.directives },
    costLimit: { maxCost: DOCUMENT_LIMITS.cost, ignoreIntrospection: true },
    blockFieldSuggestion: { enabled: !introspection },
  });
  const { plugins } = armor.protect();
  return introspection ? plugins : [...plugins, useDisableIntrospection()];
}
