import { type AgentStatus, HANDLE_MAX_LENGTH } from '../../domain/agent.ts';
import { isStorableText } from '../input-issues.ts';
import type { AgentFilter } from '../ports/agent-store.ts';

/** What agents are searched for by, as it comes from outside. */
export type AgentFilterInput = {
  /** As in SEARCH_DESCRIPTION. */
  readonly search?: string | undefined;
  readonly ownerId?: string | undefined;
  /** Offered by the active contract. */
  readonly action?: string | undefined;
  readonly status?: AgentStatus | undefined;
};

/** Of a search so much counts, in characters and in words; what is beyond is ignored. */
const SEARCH_MAX_LENGTH = 200;
const SEARCH_WORDS_MAX = 5;
/** No word of a handle is longer. */
const SEARCH_WORD_MAX_LENGTH = HANDLE_MAX_LENGTH;

/** What callers are told of a search. */
export const SEARCH_DESCRIPTION = `Words, of which the first ${SEARCH_WORDS_MAX} count; each must be in the handle, the display name or the description, whatever its case.`;

/** The filter as stores take it; null when no agent can match it. Nodes not seen since count as gone. */
export function agentFilterOf(
  { search, ownerId, action, status }: AgentFilterInput,
  aliveSince: Date,
): AgentFilter | null {
  const texts = [search, action].filter((each) => each !== undefined);
  if (!texts.every(isStorableText)) return null;
  return {
    ...(search !== undefined && { words: searchWords(search) }),
    ...(ownerId !== undefined && { ownerId }),
    ...(action !== undefined && { action }),
    ...(status !== undefined && { connected: status === 'ACTIVE', aliveSince }),
  };
}

/**
 * The words of a search, each once, the longest first: they are the rarest, and decide before the others are searched
 * for. A word inside another one says nothing more.
 */
export function searchWords(search: string): readonly string[] {
  const words = first(search, SEARCH_MAX_LENGTH)
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) => first(word, SEARCH_WORD_MAX_LENGTH));
  return [...new Set(words)]
    .filter((word, _, all) => !all.some((other) => other !== word && other.includes(word)))
    .slice(0, SEARCH_WORDS_MAX)
    .toSorted((a, b) => b.length - a.length);
}

/** The first so many characters; none is cut in two. */
const first = (text: string, max: number): string => [...text.slice(0, 2 * max)].slice(0, max).join('');
