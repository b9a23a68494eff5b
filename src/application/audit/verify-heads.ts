import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { HEADS_ENTRY } from '../../domain/audit-map.ts';
import { leafHash, provesInclusion } from '../../domain/merkle.ts';
import { type Checkpoint, openCheckpoint, readProof } from '../../domain/signed-note.ts';
import { type ExportedEntry, fieldsOf } from './export-format.ts';
import { ExportFault } from './verify-export.ts';

/** What `GET /v1/audit/heads` answers, as somebody kept it. */
const KEPT = Type.Object({
  canonical: Type.String(),
  proof: Type.String(),
  heads: Type.Array(
    Type.Object({ canonical: Type.String(), place: Type.Integer({ minimum: 0 }), path: Type.Array(Type.String()) }),
  ),
});

/** The checkpoint that proves the heads which somebody kept, as they say; null where they are none. */
export function provingCheckpoint(text: string): string | null {
  const kept = parsed(text);
  return Value.Check(KEPT, kept) ? (readProof(kept.proof)?.checkpoint ?? null) : null;
}

const HEAD = Type.Object({ audience: Type.String(), n: Type.Integer({ minimum: 1 }), leaf: Type.String() });
type Head = Type.Static<typeof HEAD>;

/**
 * Holds entries to the heads that somebody kept: what was the newest entry of an agent or a sender by then is among them. Throws
 * ExportFault where the heads themselves prove nothing.
 */
export class HeadsCheck {
  readonly #heads: readonly Head[];
  readonly #met = new Set<string>();
  /** The tree that they were proved by: an export is to be of the same one. */
  readonly checkpoint: Checkpoint;

  /** @param keys the verifier keys that were kept */
  constructor(text: string, keys: readonly string[]) {
    const kept = parsed(text);
    if (!Value.Check(KEPT, kept)) throw new ExportFault('What was kept of the heads is not what the platform answers.');
    const { canonical, proof, heads } = kept;
    const { type, index, data } = fieldsOf(canonical);
    const { root, audiences, size } = { ...(data as Record<string, unknown>) };
    const sealed = sealedAt(canonical, proof, keys);
    if (type !== HEADS_ENTRY || typeof root !== 'string' || typeof audiences !== 'number' || sealed === null) {
      throw new ExportFault('The heads that were kept are not proved by a checkpoint that one of the keys has signed.');
    }
    if (index !== sealed.index || size !== sealed.index) {
      throw new ExportFault('The heads that were kept are not those of all that was sealed before them.');
    }
    this.checkpoint = sealed.checkpoint;
    this.#heads = heads.map(({ canonical: text, place, path }) => {
      const head: unknown = parsed(text);
      const proof = path.map((hash) => Buffer.from(hash, 'base64'));
      const at = { leaf: leafHash(text), index: place, size: audiences, root: Buffer.from(root, 'base64') };
      if (!Value.Check(HEAD, head) || !provesInclusion(proof, at)) {
        throw new ExportFault(`Head ${place} that was kept is not in the map that was sealed.`);
      }
      return head;
    });
  }

  /** Takes what is in the file, entry by entry. */
  entry({ canonical, leaf }: ExportedEntry): void {
    const { agent, sender, chain } = fieldsOf(canonical);
    const links = { ...(chain as Record<string, { readonly n?: unknown } | null>) };
    for (const head of this.#heads) {
      const isIts = (audience: unknown, of: 'agent' | 'sender') =>
        audience === head.audience && links[of]?.n === head.n;
      if ((isIts(agent, 'agent') || isIts(sender, 'sender')) && leaf === head.leaf) this.#met.add(head.audience);
    }
  }

  /** Throws ExportFault where the newest entry of somebody was not among them; of `only` one where that is told. */
  end(only: string | null): void {
    const asked = this.#heads.filter(({ audience }) => only === null || audience === only);
    if (asked.length === 0)
      throw new ExportFault('The heads that were kept are of nobody whose entries are in the file.');
    const missing = asked.find(({ audience }) => !this.#met.has(audience));
    if (missing === undefined) return;
    throw new ExportFault(
      `Entries were withheld: number ${missing.n} of ${missing.audience} is not in the file, and was sealed when the heads were.`,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Where the tree of a checkpoint of these keys has that text as an entry; null where the proof does not show that. */
function sealedAt(
  canonical: string,
  proof: string,
  keys: readonly string[],
): { readonly index: number; readonly checkpoint: Checkpoint } | null {
  const read = readProof(proof);
  const checkpoint = read && openCheckpoint(read.checkpoint, keys);
  if (read === null || checkpoint === null) return null;
  const { size, root } = checkpoint;
  const { index } = read;
  return provesInclusion(read.proof, { leaf: leafHash(canonical), index, size, root }) ? { index, checkpoint } : null;
}
