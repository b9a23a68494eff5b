/** The drafts of JSON Schema that are read, by age. */
export const DRAFTS = ['draft-04', 'draft-06', 'draft-07', '2019-09', '2020-12'] as const;
export type Draft = (typeof DRAFTS)[number];

/** What a schema is read as: one draft, or, where it does not say which, everything that any of them has. */
export type Dialect = Draft | 'unstated';

/** The drafts that have something: all, unless it came later or went away. */
export type Lifetime = {
  readonly since?: Draft;
  /** The last one that has it. */
  readonly until?: Draft;
};

const AGES: ReadonlyMap<string, number> = new Map(DRAFTS.map((draft, age) => [draft, age]));
const ageOf = (draft: Draft): number => AGES.get(draft) ?? 0;

/** Whether the dialect has what lived so long. Of one that is not stated, whatever any draft has. */
export const has = (dialect: Dialect, { since = 'draft-04', until = '2020-12' }: Lifetime): boolean =>
  dialect === 'unstated' || (ageOf(since) <= ageOf(dialect) && ageOf(dialect) <= ageOf(until));

/** Up to draft 7, whatever stands beside a `$ref` is ignored. */
export const ignoresSiblingsOfReferences = (dialect: Dialect): boolean =>
  dialect !== 'unstated' && has(dialect, { until: 'draft-07' });

/** `$schema` as it is written, also with https, without the empty fragment, and for "the newest". */
const META_SCHEMA = /^https?:\/\/json-schema\.org\/(?:(draft-0[467])\/|draft\/(2019-09|2020-12)\/)?schema#?$/;

/** The draft that `$schema` names; null if that is none that is read. */
export function draftOf($schema: unknown): Draft | null {
  const match = typeof $schema === 'string' ? META_SCHEMA.exec($schema) : null;
  if (match === null) return null;
  const name = match[1] ?? match[2] ?? '2020-12';
  return DRAFTS.find((draft) => draft === name) ?? null;
}
