import type { AuditFields } from '../../domain/audit-entry.ts';
import { detailsDigest } from '../../domain/audit-entry-text.ts';
import { HEADS_ENTRY, mapProblemOf } from '../../domain/audit-map.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { leafHash, MerkleStack } from '../../domain/merkle.ts';
import { openCheckpoint } from '../../domain/signed-note.ts';

/** What is wrong with a trail, and where that shows first: at one entry, or among those from one to before another. */
export type TrailProblem = { readonly from: number; readonly to: number; readonly message: string };

/** The newest entry of an audience, as the entries so far say. */
type Head = { readonly n: number; readonly index: number; readonly leaf: Buffer };

type Entry = {
  readonly text: string;
  /** The leaf that is stored for it, where that is known. */
  readonly leaf?: Buffer;
  readonly details?: { readonly salt: Buffer; readonly details: AuditFields } | null;
};

type Link = { readonly n: number; readonly prev: string | null };

type Parsed = {
  readonly type: string;
  readonly data: unknown;
  readonly index: number;
  readonly agent: string | null;
  readonly sender: string | null;
  readonly details: string | null;
  readonly chain: { readonly agent: Link | null; readonly sender: Link | null };
};

/**
 * Reads a trail from its beginning, entries in the order of their places and each checkpoint at any place before the entry that
 * follows it, and holds them to each other. Pure: the same for the tables and for a file. It remembers the first problem and looks
 * no further.
 */
export class TrailVerifier {
  readonly #verifiers: readonly string[];
  readonly #tree = new MerkleStack();
  readonly #heads = new Map<string, Head>();
  readonly #waiting: { readonly size: number; readonly root: Buffer }[] = [];
  #problem: TrailProblem | null = null;
  #origin: string | null = null;
  /** Up to here a checkpoint has said that it is right. */
  #signed = 0;

  /** @param verifiers the keys that may have signed checkpoints: those that are known from elsewhere, not those that the trail names */
  constructor(verifiers: readonly string[]) {
    this.#verifiers = verifiers;
  }

  get problem(): TrailProblem | null {
    return this.#problem;
  }

  get size(): number {
    return this.#tree.size;
  }

  get root(): Buffer {
    return this.#tree.root();
  }

  /** How many entries the newest checkpoint has vouched for. */
  get signedSize(): number {
    return this.#signed;
  }

  get heads(): ReadonlyMap<string, Head> {
    return this.#heads;
  }

  entry({ text, leaf, details = null }: Entry): void {
    if (this.#problem !== null) return;
    const at = this.#tree.size;
    const parsed = readEntry(text);
    const hash = leafHash(text);
    if (parsed === null) this.fail('is not in the form of an entry');
    else if (parsed.index !== at) this.fail(`says that its place is ${parsed.index}`);
    else if (leaf !== undefined && !leaf.equals(hash)) this.fail('is not what its leaf is the hash of');
    else if (details !== null && parsed.details !== detailsDigest(details.salt, details.details).toString('base64')) {
      this.fail('has details that are not those of its digest');
    } else {
      const { agent, sender, chain } = parsed;
      const links = [this.#link(agent, chain.agent), this.#link(sender, chain.sender)];
      const next = [agent, sender].map((audience) => ({ audience, n: this.#nextN(audience) }));
      const broken = links.find((problem) => problem !== null);
      const ofMap =
        parsed.type === HEADS_ENTRY ? mapProblemOf({ ...parsed, details: details?.details }, this.#heads) : null;
      if (broken) this.fail(broken);
      else if (typeof ofMap === 'string') this.fail(ofMap);
      for (const { audience, n } of next)
        if (audience !== null) this.#heads.set(audience, { n, index: at, leaf: hash });
    }
    this.#tree.append(hash);
    this.#settle();
  }

  /** A signed note of the tree: of so many entries as there were, or of one that is still to come. */
  checkpoint(note: string): void {
    if (this.#problem !== null) return;
    const checkpoint = openCheckpoint(note, this.#verifiers);
    if (checkpoint === null) {
      this.fail('a checkpoint is not signed by a key that is known', this.#signed, Math.max(this.size, this.#signed));
    } else if (this.#origin !== null && checkpoint.origin !== this.#origin) {
      this.fail(`a checkpoint is of another trail, ${checkpoint.origin}`, this.#signed, this.size);
    } else if (checkpoint.size < this.size) {
      this.fail(`the checkpoint of ${checkpoint.size} entries comes too late`, checkpoint.size, this.size);
    } else {
      this.#origin = checkpoint.origin;
      this.#waiting.push(checkpoint);
      this.#waiting.sort((one, other) => one.size - other.size);
      this.#settle();
    }
  }

  /** Nothing comes any more. */
  end(): TrailProblem | null {
    const [missing] = this.#waiting;
    if (missing !== undefined) {
      this.fail(`a checkpoint has ${missing.size} entries, and there are ${this.size}`, this.size, missing.size);
    }
    return this.#problem;
  }

  /** Notes a problem that whoever reads the trail has found, of the entry that comes next unless told. */
  fail(message: string, from = this.size, to = from + 1): void {
    this.#problem ??= { from, to, message };
  }

  #nextN(audience: string | null): number {
    return (audience === null ? 0 : (this.#heads.get(audience)?.n ?? 0)) + 1;
  }

  #link(audience: string | null, link: Link | null): string | null {
    if (audience === null || link === null) return audience === link ? null : 'has a chain of nobody, or lacks one';
    const head = this.#heads.get(audience);
    if (link.n !== this.#nextN(audience)) return `is number ${link.n} of ${audience}, which has ${head?.n ?? 0} before`;
    return link.prev === (head?.leaf.toString('base64') ?? null)
      ? null
      : `does not follow the entry before of ${audience}`;
  }

  #settle(): void {
    while (this.#waiting[0]?.size === this.size) {
      const [checkpoint] = this.#waiting.splice(0, 1);
      if (checkpoint?.root.equals(this.root)) this.#signed = this.size;
      else this.fail(`the checkpoint of ${this.size} entries is of others`, this.#signed, this.size);
    }
  }
}

/** Null where it is not the canonical text of one. */
const readEntry = (text: string): Parsed | null => {
  try {
    const parsed = JSON.parse(text);
    return parsed?.v === 1 && typeof parsed.chain === 'object' && canonicalJson(parsed) === text ? parsed : null;
  } catch {
    return null;
  }
};
