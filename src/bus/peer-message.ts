import { TOPICS, type Topic } from '../application/ports/bus.ts';

/** What nodes say of themselves. `topics` are those that somebody on the node listens to. */
export type PeerMessage =
  /** To all. With `ask`, each answers with `heard`; `isBack`: what others said before may have been lost on it, and its own. */
  | { readonly event: 'here'; readonly topics: readonly Topic[]; readonly ask: number | null; readonly isBack: boolean }
  /** The answer. `wasUnknown`: nothing was sent to the asker before, so it may have missed hints. */
  | {
      readonly event: 'heard';
      readonly topics: readonly Topic[];
      readonly to: string;
      readonly ask: number | null;
      readonly wasUnknown: boolean;
    }
  /** Hints of this node were dropped. */
  | { readonly event: 'lost' }
  | { readonly event: 'gone' };

/** The message, with nothing in it but what belongs there; null for anything that is none. */
export function decodePeerMessage(body: unknown): PeerMessage | null {
  if (typeof body !== 'object' || body === null) return null;
  const { event, topics, ask, isBack, to, wasUnknown } = body as Readonly<Record<string, unknown>>;
  if (event === 'lost' || event === 'gone') return { event };
  if (!Array.isArray(topics) || (ask !== null && typeof ask !== 'number')) return null;
  const known = TOPICS.filter((topic) => topics.includes(topic));
  if (event === 'here') return { event, topics: known, ask, isBack: isBack === true };
  if (event !== 'heard' || typeof to !== 'string') return null;
  return { event, topics: known, to, ask, wasUnknown: wasUnknown === true };
}
