import type { Head } from '../../domain/audit-map.ts';
import { type ExportedEntry, fieldsOf } from './export-format.ts';

/** Where an entry stands among all those of one agent or sender. */
type Link = { readonly n: number; readonly prev: string | null };

/** An entry that was seen, by its number among somebody's. */
type Seen = { readonly n: number; readonly index: number; readonly leaf: string };

/** What the entries say that they are. */
type Claims = {
  /** Whether all entries of that agent or sender are here, from the first of them that is. */
  readonly isWhole: (audience: string) => boolean;
  /** Whether they go back to the beginning, so that the first of whoever is whole is here. */
  readonly hasFirst: () => boolean;
};

/**
 * Holds entries to the order in which they name each other: each says which of its agent's, and which of its sender's, it
 * is, and what the tree has for the one before. Who has all of somebody's entries sees by it that none was left out.
 */
export class ChainCheck {
  /** Of each agent and sender the last of its entries that was seen. */
  readonly #last = new Map<string, Seen>();
  readonly #claims: Claims;

  constructor(claims: Claims) {
    this.#claims = claims;
  }

  /** The last that was seen of each agent and sender. */
  *heads(): Generator<readonly [audience: string, head: Head]> {
    for (const [audience, { n, leaf }] of this.#last) yield [audience, { n, leaf: Buffer.from(leaf, 'base64') }];
  }

  /** What is wrong with where it stands, after those before it; null where nothing is. */
  problemOf({ canonical, index, leaf }: ExportedEntry): string | null {
    const { agent, sender, chain } = fieldsOf(canonical);
    const links: Readonly<Record<string, unknown>> = typeof chain === 'object' && chain !== null ? { ...chain } : {};
    // Who asks itself stands in both places at once.
    const seen = new Map<string, Seen>();
    for (const [of, audience] of Object.entries({ agent, sender })) {
      if (typeof audience !== 'string') continue;
      const link = linkOf(links[of]);
      if (link === null) return `does not say where it stands among those of ${of} ${audience}.`;
      const problem = this.#problemOfLink(audience, link, `those of ${of} ${audience}`);
      if (problem !== null) return problem;
      seen.set(audience, { n: link.n, index, leaf });
    }
    for (const [audience, link] of seen) this.#last.set(audience, link);
    return null;
  }

  #problemOfLink(audience: string, { n, prev }: Link, those: string): string | null {
    const { isWhole, hasFirst } = this.#claims;
    const last = this.#last.get(audience);
    if (last === undefined) {
      const isFirst = n === 1 && prev === null;
      return isFirst || !isWhole(audience) || !hasFirst()
        ? null
        : `is number ${n} among ${those}, and none is before it.`;
    }
    if (n === last.n + 1) {
      return prev === last.leaf ? null : `does not follow entry ${last.index}, which is before it among ${those}.`;
    }
    if (n <= last.n) return `is number ${n} among ${those}, after number ${last.n}.`;
    return isWhole(audience) ? `is number ${n} among ${those}, and the one before it is number ${last.n}.` : null;
  }
}

function linkOf(value: unknown): Link | null {
  if (typeof value !== 'object' || value === null || !('n' in value) || !('prev' in value)) return null;
  const { n, prev } = value;
  return typeof n === 'number' && (typeof prev === 'string' || prev === null) ? { n, prev } : null;
}
