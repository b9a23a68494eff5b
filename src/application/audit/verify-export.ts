import { HEADS_ENTRY, mapProblemOf } from '../../domain/audit-map.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { HASH_BYTES, leafHash, subtreesIn } from '../../domain/merkle.ts';
import { type Checkpoint, openCheckpoint } from '../../domain/signed-note.ts';
import { ChainCheck } from './chain-check.ts';
import { detailsProblem } from './details-check.ts';
import { type ExportedEntry, type ExportHead, type ExportLine, fieldsOf, readExportLine } from './export-format.ts';
import { TreeStack } from './tree-stack.ts';

/** What announces a key. */
const KEY_ENTRY = 'audit.key_announced';

/** Why a file is not what the platform sealed: the first thing that is wrong with it, for whoever has to know. */
export class ExportFault extends Error {}

export type VerifiedExport = {
  readonly head: ExportHead;
  readonly entries: number;
  /** How many of the daily roots of all heads were computed anew: those of a file that begins with the first entry. */
  readonly maps: number;
  /** Whose personal part is not in the file although they had one. */
  readonly erased: number;
  /** Keys that the file names and that were not given: whoever can write into the database can announce one. */
  readonly unknownKeys: readonly string[];
  /** Whether the file tells what the tree was at the size of the one that was kept besides. */
  readonly hasMetProved: boolean;
  /** The one that all of it was held to. */
  readonly checkpoint: Checkpoint;
};

type Options = {
  /** The verifier keys that were kept: the last checkpoint is signed by one of them. */
  readonly keys: readonly string[];
  /** A checkpoint that was kept: what it stands for is the beginning of this. */
  readonly since?: string | null;
  /** Another one that was kept: where the file tells what the tree was at its size, it was that. */
  readonly proved?: Checkpoint | null;
  /** Told each entry that is as it was sealed, so far as the next checkpoint does not say otherwise. */
  readonly onEntry?: (entry: ExportedEntry) => void;
};

/** Holds an export to its checkpoints, to the kept ones and to itself. Throws ExportFault, which names the first bad entry. */
export async function verifyExport(lines: AsyncIterable<string>, options: Options): Promise<VerifiedExport> {
  const { keys, since = null, proved = null, onEntry } = options;
  const kept = since === null ? null : openKept(since, keys);
  let head: ExportHead | null = null;
  let last: Checkpoint | null = null;
  let hasMetKept = false;
  let hasMetProved = false;
  /** Whether one of the keys that were kept has signed the last one. */
  let isPinned = false;
  let [lineNumber, entries, maps, erased] = [0, 0, 0, 0];
  const named = new Set<string>();
  /** The first entry that no checkpoint has spoken for yet. */
  let unspoken: ExportedEntry | null = null;
  const tree = new TreeStack();
  const chains = new ChainCheck({
    isWhole: (audience) => head?.agent === null || head?.agent === audience,
    hasFirst: () => head?.from === 0,
  });

  function take(line: ExportLine, of: ExportHead): void {
    switch (line.kind) {
      case 'trail':
        throw new ExportFault('The file begins twice.');
      case 'entry':
        takeEntry(line, of.agent === null && of.from === 0);
        return;
      case 'hashes':
        takeHashes(line, of);
        return;
      case 'checkpoint':
        takeCheckpoint(line.note, of);
    }
  }

  function takeEntry(entry: ExportedEntry, hasAllBefore: boolean): void {
    const name = nameOf(entry);
    if (entry.index !== tree.size) throw new ExportFault(`${name} stands where index ${tree.size} belongs.`);
    const leaf = leafHash(Buffer.from(entry.canonical));
    if (leaf.toString('base64') !== entry.leaf) {
      throw new ExportFault(`${name} is not what was sealed: the tree has another hash for it.`);
    }
    if (!isCanonical(entry)) throw new ExportFault(`${name} is not in the form of the entry at its place.`);
    const ofMap = hasAllBefore ? mapProblem(entry, chains) : undefined;
    const problem = ofMap ?? chains.problemOf(entry) ?? detailsProblem(entry);
    if (problem !== null) throw new ExportFault(`${name} ${problem}`);
    if (ofMap === null) maps += 1;
    const { type, data } = fieldsOf(entry.canonical);
    if (type === KEY_ENTRY) named.add(String({ ...(data as { readonly verifier?: unknown }) }.verifier));
    if (hasDetails(entry) && entry.details === undefined) erased += 1;
    tree.add(leaf);
    unspoken ??= entry;
    entries += 1;
    onEntry?.(entry);
    meetKept();
  }

  function takeHashes({ from, to, hashes }: Extract<ExportLine, { kind: 'hashes' }>, of: ExportHead): void {
    const subtrees = subtreesIn({ from, to });
    if (from !== tree.size || hashes.length !== subtrees.length) {
      throw new ExportFault(`Line ${lineNumber} does not stand for what is left out from index ${tree.size} on.`);
    }
    if (of.agent === null && to > of.from && from < of.to) {
      throw new ExportFault(
        `The entries of index ${Math.max(from, of.from)} to ${Math.min(to, of.to) - 1} are missing.`,
      );
    }
    for (const [at, { level }] of subtrees.entries()) {
      const hash = Buffer.from(hashes[at] ?? '', 'base64');
      if (hash.length !== HASH_BYTES) throw new ExportFault(`Line ${lineNumber} has something else than hashes.`);
      tree.add(hash, level);
      meetKept();
    }
  }

  function takeCheckpoint(note: string, of: ExportHead): void {
    const opened = openCheckpoint(note, [...keys, ...of.keys]);
    if (opened === null) throw new ExportFault(`Line ${lineNumber} is no checkpoint that a known key has signed.`);
    if (opened.size !== tree.size) {
      throw new ExportFault(`The checkpoint of size ${opened.size} stands behind ${tree.size} entries.`);
    }
    if (!isRoot(opened)) {
      const since = last === null ? 'in the file' : `since index ${last.size}`;
      const first = unspoken === null ? 'no entry of the file' : nameOf(unspoken);
      throw new ExportFault(
        `The entries are not those that the checkpoint of size ${opened.size} was signed for: the first ${since} is ${first}.`,
      );
    }
    last = opened;
    isPinned = openCheckpoint(note, keys) !== null;
    unspoken = null;
  }

  /** Once the tree is as large as the one that was kept, it is that one. */
  function meetKept(): void {
    if (proved !== null && tree.size === proved.size) {
      if (!isRoot(proved)) {
        throw new ExportFault(
          `The first ${proved.size} entries are not those of the checkpoint that the heads were proved by.`,
        );
      }
      hasMetProved = true;
    }
    if (kept === null || tree.size !== kept.size) return;
    if (!isRoot(kept)) {
      throw new ExportFault(
        `The past was rewritten: the first ${kept.size} entries are not those of the checkpoint that was kept.`,
      );
    }
    hasMetKept = true;
  }

  const isRoot = ({ root }: Checkpoint): boolean => tree.root()?.equals(root) === true;

  for await (const text of lines) {
    lineNumber += 1;
    const line = readExportLine(text);
    if (line === null) throw new ExportFault(`Line ${lineNumber} is not one of an export.`);
    if (head !== null) take(line, head);
    else if (line.kind === 'trail') head = line;
    else throw new ExportFault('The file does not begin as an export does.');
  }
  if (head === null) throw new ExportFault('The file is empty.');
  const checkpoint = last as Checkpoint | null;
  if (checkpoint === null || checkpoint.size !== tree.size) {
    throw new ExportFault('The file ends without a checkpoint: it is not whole.');
  }
  if (tree.size < head.to) {
    throw new ExportFault(`The entries of index ${tree.size} to ${head.to - 1} are missing: the file was cut.`);
  }
  if (!isPinned) throw new ExportFault('The last checkpoint is signed by none of the keys that were given.');
  if (proved !== null && proved.origin !== checkpoint.origin) {
    throw new ExportFault(`The heads that were kept are of ${proved.origin}, and the file is of ${checkpoint.origin}.`);
  }
  if (kept !== null && !hasMetKept) throw new ExportFault(beyond(kept, tree.size));
  const unknownKeys = [...new Set([...head.keys, ...named])].filter((key) => !keys.includes(key));
  return { head, entries, maps, erased, unknownKeys, hasMetProved, checkpoint };
}

function openKept(note: string, keys: readonly string[]): Checkpoint {
  const kept = openCheckpoint(note, keys);
  if (kept === null)
    throw new ExportFault('The checkpoint that was kept is signed by none of the keys that were given.');
  return kept;
}

const beyond = ({ size }: Checkpoint, reached: number): string =>
  size > reached
    ? `The tree was cut: it has ${reached} entries, and the checkpoint that was kept stands for ${size}.`
    : `The file does not tell what the tree was at size ${size}: export it again with --since.`;

function nameOf({ index, canonical }: ExportedEntry): string {
  const { type, id } = fieldsOf(canonical);
  return `Entry ${index} (${String(type)}, ${String(id)})`;
}

/** Of an entry that has the root of all heads; undefined of any other, and where what the root is salted with is not there. */
function mapProblem({ canonical, details }: ExportedEntry, chains: ChainCheck): string | null | undefined {
  const { type, index, data } = fieldsOf(canonical);
  if (type !== HEADS_ENTRY) return undefined;
  return mapProblemOf({ index, data, details: details?.details }, chains.heads());
}

/** Whether it is the one text that an entry at that place has: another one of the same meaning could be read in two ways. */
function isCanonical({ index, canonical }: ExportedEntry): boolean {
  const fields = fieldsOf(canonical);
  return fields.index === index && canonicalJson(fields) === canonical;
}

const hasDetails = ({ canonical }: ExportedEntry): boolean => fieldsOf(canonical).details !== null;
