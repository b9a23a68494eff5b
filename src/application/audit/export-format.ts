import { Type } from 'typebox';
import { Value } from 'typebox/value';

/**
 * The file that `npm run audit -- export` writes: a JSON object a line. First what is in it and the keys; then, from the first
 * leaf of the tree to its last, entries, and for what is left out the hashes of the full subtrees there; now and then a
 * checkpoint, and one at the end. So the roots can be computed from any part of the trail.
 */
export const EXPORT_VERSION = 1;

/** Nothing stands beside what is verified. */
const EXACT = { additionalProperties: false } as const;

const HEAD = Type.Object(
  {
    kind: Type.Literal('trail'),
    version: Type.Literal(EXPORT_VERSION),
    /** What verifies checkpoints, as the platform says: whoever verifies goes by the key that they kept. */
    keys: Type.Array(Type.String()),
    /** The only agent whose entries are in it; null where all are. */
    agent: Type.Union([Type.String(), Type.Null()]),
    /** Entries of that index or a later one, and before that one. */
    from: Type.Integer({ minimum: 0 }),
    to: Type.Integer({ minimum: 0 }),
  },
  EXACT,
);
export type ExportHead = Type.Static<typeof HEAD>;

const ENTRY = Type.Object(
  {
    kind: Type.Literal('entry'),
    index: Type.Integer({ minimum: 0 }),
    /** What the tree has for it. */
    leaf: Type.String(),
    canonical: Type.String(),
    /** What is personal of it, with what its digest is salted with; absent where there is none, or where it was erased. */
    details: Type.Optional(
      Type.Object({ salt: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) }, EXACT),
    ),
  },
  EXACT,
);
export type ExportedEntry = Type.Static<typeof ENTRY>;

const GAP = Type.Object(
  {
    kind: Type.Literal('hashes'),
    from: Type.Integer({ minimum: 0 }),
    to: Type.Integer({ minimum: 0 }),
    hashes: Type.Array(Type.String()),
  },
  EXACT,
);

const CHECKPOINT = Type.Object({ kind: Type.Literal('checkpoint'), note: Type.String() }, EXACT);

const LINE = Type.Union([HEAD, ENTRY, GAP, CHECKPOINT]);
export type ExportLine = Type.Static<typeof LINE>;

/** What the line says; null for what is no line of such a file. */
export function readExportLine(text: string): ExportLine | null {
  try {
    const line: unknown = JSON.parse(text);
    return Value.Check(LINE, line) ? line : null;
  } catch {
    return null;
  }
}

/** What the entry says; nothing where it is not even JSON. */
export function fieldsOf(canonical: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(canonical);
    return typeof fields === 'object' && fields !== null ? { ...fields } : {};
  } catch {
    return {};
  }
}
