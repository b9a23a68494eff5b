import type { JsonObject } from '../../domain/contract.ts';
import { readSchema } from '../contract/read-schema.ts';
import { ANY_JSON, BOOLEAN, LIST, NOTHING, NULL, NUMBER, OBJECT, TEXT, type Types, typeOfJson } from './types.ts';

/** What a schema says of a param, or of a member of one. */
export type Described = {
  /** What it can be where the schema is kept to; ANY_JSON where that cannot be told. */
  readonly types: Types;
  /** The schema speaks of it. */
  readonly isDescribed: boolean;
  /** No value that keeps to the schema has it. */
  readonly isExcluded: boolean;
};

const UNKNOWN: Described = { types: ANY_JSON, isDescribed: false, isExcluded: false };
/** Steps through one schema, for all questions together. An ordinary one takes a few each. */
const STEPS_MAX = 20_000;

type Normal = Readonly<Record<string, unknown>> | boolean;

/**
 * The params that a schema describes. Reads `type`, `const`, `enum`, `properties`, `additionalProperties`, `$ref`,
 * `allOf`, `anyOf` and `oneOf`; of everything else it says that it cannot tell, so that whatever it does say is sure.
 * For schemas that were taken; of any other, and of what takes too many steps, nothing is known.
 */
export class ParamTypes {
  readonly #root: Normal;
  readonly #targets: readonly Normal[];
  readonly #known = new Map<string, Described>();
  readonly #params = new Map<string, Described>();
  readonly #names = new Map<Normal, number>();
  #steps = 0;

  constructor(schema: JsonObject) {
    const { root, targets, problems } = readSchema(schema);
    this.#root = problems.length === 0 ? root.normal : true;
    this.#targets = problems.length === 0 ? targets.map(({ normal }) => normal) : [];
  }

  /** Names of the params that it describes, the first few hundred. */
  get names(): readonly string[] {
    const names = new Set<string>();
    for (const normal of this.#inPlace(this.#root, new Set())) {
      for (const name of Object.keys(membersOf(normal, 'properties'))) names.add(name);
    }
    return [...names].slice(0, 256);
  }

  /** Whether it says nothing of any param, so that nothing can be said of them. */
  get isSilent(): boolean {
    return ![...this.#inPlace(this.#root, new Set())].some(speaksOfMembers);
  }

  of(path: readonly string[]): Described {
    const [name = ''] = path;
    if (path.length !== 1) return this.#lookUp(this.#root, path, new Set());
    const known = this.#params.get(name) ?? this.#lookUp(this.#root, path, new Set());
    this.#params.set(name, known);
    return known;
  }

  #lookUp(schema: Normal, path: readonly string[], within: Set<Normal>): Described {
    this.#steps += 1;
    if (this.#steps > STEPS_MAX || within.has(schema)) return UNKNOWN;
    if (typeof schema === 'boolean') return schema ? UNKNOWN : { types: NOTHING, isDescribed: false, isExcluded: true };
    const key = `${this.#nameOf(schema)} ${JSON.stringify(path)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    within.add(schema);
    const found = [...this.#own(schema, path), ...this.#applied(schema, path, within)].reduce(both, UNKNOWN);
    within.delete(schema);
    const answer = path.length === 0 ? { ...found, isDescribed: true } : found;
    this.#known.set(key, answer);
    return answer;
  }

  /** What the schema itself says. */
  #own(schema: Exclude<Normal, boolean>, [name, ...rest]: readonly string[]): Described[] {
    if (name === undefined) return [{ ...UNKNOWN, types: ownTypes(schema) }];
    const properties = membersOf(schema, 'properties');
    if (Object.hasOwn(properties, name)) {
      return [{ ...this.#lookUp(properties[name] as Normal, rest, new Set()), isDescribed: true }];
    }
    if (Object.keys(membersOf(schema, 'patternProperties')).length > 0) return [{ ...UNKNOWN, isDescribed: true }];
    const { additionalProperties } = schema;
    if (additionalProperties === false) return [{ types: NOTHING, isDescribed: false, isExcluded: true }];
    if (typeof additionalProperties !== 'object' || additionalProperties === null) return [];
    return [{ ...this.#lookUp(additionalProperties as Normal, rest, new Set()), isDescribed: true }];
  }

  /** What the schemas say that apply to the same value. */
  #applied(schema: Exclude<Normal, boolean>, path: readonly string[], within: Set<Normal>): Described[] {
    const target = this.#targetOf(schema);
    const all = [...(target === null ? [] : [target]), ...listOf(schema, 'allOf')];
    const found = all.map((each) => this.#lookUp(each, path, within));
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const choices = listOf(schema, keyword);
      if (choices.length > 0) found.push(choices.map((each) => this.#lookUp(each, path, within)).reduce(either));
    }
    const conditional = CONDITIONAL.flatMap((keyword) => asSchema(schema[keyword]));
    if (conditional.some((each) => this.#lookUp(each, path, within).isDescribed)) {
      found.push({ ...UNKNOWN, isDescribed: true });
    }
    return found;
  }

  #targetOf({ $ref }: Exclude<Normal, boolean>): Normal | null {
    if (typeof $ref !== 'string') return null;
    return this.#targets[Number($ref.slice($ref.lastIndexOf('/') + 1))] ?? true;
  }

  /** The schema and those that apply to the same value. */
  *#inPlace(schema: Normal, seen: Set<Normal>): Generator<Exclude<Normal, boolean>> {
    if (typeof schema === 'boolean' || seen.has(schema)) return;
    seen.add(schema);
    yield schema;
    const target = this.#targetOf(schema);
    if (target !== null) yield* this.#inPlace(target, seen);
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      for (const each of listOf(schema, keyword)) yield* this.#inPlace(each, seen);
    }
    for (const keyword of CONDITIONAL) {
      for (const each of asSchema(schema[keyword])) yield* this.#inPlace(each, seen);
    }
  }

  #nameOf(schema: Normal): number {
    const name = this.#names.get(schema) ?? this.#names.size;
    this.#names.set(schema, name);
    return name;
  }
}

const CONDITIONAL = ['if', 'then', 'else'] as const;

const both = (one: Described, other: Described): Described => ({
  types: one.types & other.types,
  isDescribed: one.isDescribed || other.isDescribed,
  isExcluded: one.isExcluded || other.isExcluded,
});

const either = (one: Described, other: Described): Described => ({
  types: one.types | other.types,
  isDescribed: one.isDescribed || other.isDescribed,
  isExcluded: one.isExcluded && other.isExcluded,
});

const NAMED: Readonly<Record<string, Types>> = {
  null: NULL,
  boolean: BOOLEAN,
  integer: NUMBER,
  number: NUMBER,
  string: TEXT,
  array: LIST,
  object: OBJECT,
};

/** What a value can be by the words that list values or types. */
function ownTypes(schema: Exclude<Normal, boolean>): Types {
  let types = ANY_JSON;
  const { type } = schema;
  const names = [type ?? []].flat();
  if (names.length > 0) types &= names.reduce<Types>((sum, name) => sum | (NAMED[String(name)] ?? ANY_JSON), NOTHING);
  if (Object.hasOwn(schema, 'const')) types &= typeOfJson(schema.const);
  if (Array.isArray(schema.enum)) types &= unionOf(schema.enum);
  // Lists and objects among `const` and `enum`.
  for (const values of listOf(schema, 'equalsOneOf')) if (Array.isArray(values)) types &= unionOf(values);
  return types;
}

const unionOf = (values: readonly unknown[]): Types =>
  values.reduce<Types>((sum, each) => sum | typeOfJson(each), NOTHING);

function membersOf(schema: Exclude<Normal, boolean>, keyword: string): Readonly<Record<string, unknown>> {
  const members = schema[keyword];
  return typeof members === 'object' && members !== null ? (members as Record<string, unknown>) : {};
}

const listOf = (schema: Exclude<Normal, boolean>, keyword: string): readonly Normal[] => {
  const list = schema[keyword];
  return Array.isArray(list) ? list : [];
};

const asSchema = (value: unknown): readonly Normal[] =>
  typeof value === 'object' && value !== null ? [value as Normal] : [];

const speaksOfMembers = (schema: Exclude<Normal, boolean>): boolean =>
  [
    'properties',
    'patternProperties',
    'additionalProperties',
    'unevaluatedProperties',
    'propertyNames',
    'dependentSchemas',
    'dependencies',
  ].some((keyword) => Object.hasOwn(schema, keyword) && schema[keyword] !== true);
