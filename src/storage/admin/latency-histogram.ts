import { type Expression, type RawBuilder, sql } from 'kysely';
import type { LatencyPercentiles } from '../../application/ports/statistics-store.ts';

/**
 * Latencies in bins: each millisecond has its own up to 255, and longer ones keep eight binary digits, so that a bin's
 * middle is off by 0.4 % at most. Numbers of bins are stored, so this never changes: of a latency of `2^(7 + e)` up to
 * twice as much it is `128 e + (ms >> e)`.
 */
const EXACT_BELOW = 256;
const PER_OCTAVE = 128;
/** Enough for a hundred years. */
const BINS = 40 * PER_OCTAVE;

/** The bin of so many milliseconds, in SQL. */
export function binOf(ms: Expression<string>): RawBuilder<number> {
  const octave = sql`greatest(0, length(ltrim((${ms})::bit(44)::text, '0')) - 8)`;
  return sql<number>`(${octave} * ${sql.lit(PER_OCTAVE)} + ((${ms}) >> ${octave}))::int`;
}

/** The milliseconds in the middle of a bin. */
function middleOf(bin: number): number {
  if (bin < EXACT_BELOW) return bin;
  const octave = Math.floor(bin / PER_OCTAVE) - 1;
  const width = 2 ** octave;
  return (bin - octave * PER_OCTAVE) * width + (width - 1) / 2;
}

/** How many latencies are in each bin. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BINS);
  /** One more than the highest bin with anything in it. */
  #end = 0;
  #total = 0;

  add(bin: number, count: number): void {
    this.#counts[bin] = this.#at(bin) + count;
    this.#end = Math.max(this.#end, bin + 1);
    this.#total += count;
  }

  addAll(other: LatencyHistogram): void {
    for (let bin = 0; bin < other.#end; bin++) this.add(bin, other.#at(bin));
  }

  /** What `encode` wrote: a distance and a count in turn. */
  addEncoded(bytes: Buffer): void {
    let bin = 0;
    let isCount = false;
    let value = 0;
    let factor = 1;
    for (const byte of bytes) {
      value += (byte % 128) * factor;
      factor *= 128;
      if (byte > 127) continue;
      if (isCount) this.add(bin, value);
      else bin += value;
      isCount = !isCount;
      value = 0;
      factor = 1;
    }
  }

  /** For each bin with anything in it: how far it is from the one before, and its count, in groups of seven bits. */
  encode(): Buffer {
    const bytes: number[] = [];
    let before = 0;
    for (let bin = 0; bin < this.#end; bin++) {
      if (this.#at(bin) === 0) continue;
      writeNumber(bytes, bin - before);
      writeNumber(bytes, this.#at(bin));
      before = bin;
    }
    return Buffer.from(bytes);
  }

  percentiles(): LatencyPercentiles {
    const [p50 = null, p90 = null, p95 = null, p99 = null] = [0.5, 0.9, 0.95, 0.99].map((part) =>
      this.#percentile(part),
    );
    return { count: this.#total, p50, p90, p95, p99 };
  }

  /** As `percentile_cont`: between two latencies in proportion. */
  #percentile(part: number): number | null {
    if (this.#total === 0) return null;
    const position = (this.#total - 1) * part;
    const rank = Math.floor(position);
    const [below, above] = [this.#latencyAt(rank), this.#latencyAt(Math.ceil(position))];
    return below + (above - below) * (position - rank);
  }

  /** The latency of that rank, from 0. */
  #latencyAt(rank: number): number {
    let bin = 0;
    for (let seen = this.#at(0); seen <= rank; seen += this.#at(bin)) bin += 1;
    return middleOf(bin);
  }

  #at(bin: number): number {
    return this.#counts[bin] ?? 0;
  }
}

function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}
