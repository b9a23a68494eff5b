import type { JsonObject } from '../../domain/contract.ts';
import { quoted } from '../printable.ts';
import { resolveReference } from './local-reference.ts';
import {
  DEFINITIONS,
  type Dialect,
  KEYWORDS,
  type Keyword,
  REFUSED_KEYWORDS,
  type SubschemaPlace,
} from './schema-keywords.ts';
import { PatternError, type TranslatedPattern, translatePattern } from './translate-pattern.ts';

export const SUBSCHEMAS_MAX = 256;
/** `\p{…}` in all patterns together: each takes a tenth of a millisecond to be looked up. */
export const UNICODE_PROPERTIES_MAX = 128;
const PROBLEMS_MAX = 5;

/** A schema within the schema, and what it leads to. */
export type SchemaNode = {
  /** Where it is, as a JSON pointer. */
  readonly pointer: string;
  /** The same schema reduced to what is evaluated, in 2020-12's words. Objects are shared, never changed later. */
  readonly normal: Record<string, unknown> | boolean;
  readonly edges: SchemaEdge[];
};

export type SchemaEdge = {
  readonly to: SchemaNode;
  /** It applies to the same value, not to a part of it. */
  readonly inPlace: boolean;
  readonly isReference: boolean;
};

export type ReadSchema = {
  readonly root: SchemaNode;
  readonly nodes: readonly SchemaNode[];
  /** What references refer to, in the order of their names in the normal form's `$defs`. */
  readonly targets: readonly SchemaNode[];
  /** Every regular expression in it, and how it is matched. */
  readonly patterns: ReadonlyMap<string, TranslatedPattern>;
  /** What is wrong with it, in words for its author; not more than a few. */
  readonly problems: readonly string[];
};

/** What is wrong at one place of a schema. */
const problemAt = (pointer: string, problem: string): string =>
  pointer === '' ? `The schema ${problem}` : `At ${quoted(pointer, 120)}: ${problem}`;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a schema of draft 7 or 2020-12 (by `$schema`; of either where there is none): finds its subschemas, resolves
 * its references, checks every keyword's value, and writes down what is evaluated of it in one form. What is compiled
 * later is that form, so nothing that is not listed in KEYWORDS can have an effect.
 * The JSON must be bounded in depth: this recurses.
 */
export function readSchema(schema: JsonObject): ReadSchema {
  return new SchemaReader(schema).read();
}

class SchemaReader {
  readonly #document: JsonObject;
  readonly #dialect: Dialect;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #targets = new Map<SchemaNode, number>();
  readonly #patterns = new Map<string, TranslatedPattern>();
  readonly #problems: string[] = [];
  #unicodeProperties = 0;

  constructor(document: JsonObject) {
    this.#document = document;
    const dialect = dialectOf(document.$schema);
    this.#dialect = dialect ?? 'either';
    if (dialect === null) {
      this.#problems.push(
        'At "/$schema": only draft 7 (http://json-schema.org/draft-07/schema#) and 2020-12 (https://json-schema.org/draft/2020-12/schema) are supported',
      );
    }
  }

  read(): ReadSchema {
    const root = this.#node('', this.#document);
    if (this.#nodes.size > SUBSCHEMAS_MAX) {
      this.#problems.unshift(
        `The schema has more than ${SUBSCHEMAS_MAX} subschemas; at most ${SUBSCHEMAS_MAX} are allowed`,
      );
    }
    const problems = [...new Set(this.#problems)].slice(0, PROBLEMS_MAX);
    return {
      root,
      nodes: [...this.#nodes.values()],
      targets: [...this.#targets.keys()],
      patterns: this.#patterns,
      problems,
    };
  }

  #complain(pointer: string, problem: string): void {
    this.#problems.push(problemAt(pointer, problem));
  }

  #node(pointer: string, schema: unknown): SchemaNode {
    const known = this.#nodes.get(pointer);
    if (known !== undefined) return known;
    const node: SchemaNode = { pointer, normal: typeof schema === 'boolean' ? schema : {}, edges: [] };
    this.#nodes.set(pointer, node);
    if (this.#nodes.size > SUBSCHEMAS_MAX) return node;
    if (isObject(schema)) this.#readInto(node, schema);
    else if (typeof schema !== 'boolean') this.#complain(pointer, 'must be a schema: an object, true or false');
    return node;
  }

  #readInto(node: SchemaNode, schema: JsonObject): void {
    const { pointer, normal } = node;
    if (typeof normal === 'boolean') return;
    for (const keyword of Object.keys(schema)) {
      const value = schema[keyword];
      const refusal = REFUSED_KEYWORDS.get(keyword);
      if (refusal !== undefined) this.#complain(`${pointer}/${keyword}`, refusal);
      else if (keyword === '$id') this.#checkId(pointer, value);
      else if (keyword === '$ref') this.#readReference(node, normal, value);
      else if (DEFINITIONS.some((each) => each === keyword)) this.#readDefinitions(pointer, keyword, value);
      else {
        const known = KEYWORDS.get(keyword);
        if (known !== undefined && this.#has(known)) this.#readKeyword(node, normal, keyword, known, value);
      }
    }
    this.#mergeTuples(pointer, normal, schema);
    compareAsJson(normal);
  }

  #has(keyword: Keyword): boolean {
    return keyword.only === undefined || this.#dialect === 'either' || this.#dialect === keyword.only;
  }

  #checkId(pointer: string, value: unknown): void {
    if (typeof value !== 'string') this.#complain(`${pointer}/$id`, 'must be text');
    else if (pointer !== '') this.#complain(`${pointer}/$id`, 'only the whole schema may have an $id');
  }

  #readReference(node: SchemaNode, normal: Record<string, unknown>, value: unknown): void {
    const resolved = resolveReference(value, this.#document);
    if ('problem' in resolved) {
      this.#complain(`${node.pointer}/$ref`, resolved.problem);
      return;
    }
    const to = this.#node(resolved.pointer, resolved.schema);
    node.edges.push({ to, inPlace: true, isReference: true });
    const index = this.#targets.get(to) ?? this.#targets.size;
    this.#targets.set(to, index);
    normal.$ref = `#/$defs/${index}`;
  }

  #readDefinitions(pointer: string, keyword: string, value: unknown): void {
    if (!isObject(value)) this.#complain(`${pointer}/${keyword}`, 'must be an object of schemas');
    else for (const name of Object.keys(value)) this.#node(`${pointer}/${keyword}/${segment(name)}`, value[name]);
  }

  #readKeyword(
    node: SchemaNode,
    normal: Record<string, unknown>,
    keyword: string,
    { subschemas, inPlace = false, problemOf }: Keyword,
    value: unknown,
  ): void {
    const pointer = `${node.pointer}/${keyword}`;
    const child = (at: string, schema: unknown) => {
      const to = this.#node(at, schema);
      node.edges.push({ to, inPlace, isReference: false });
      return to.normal;
    };
    const problem =
      problemOf?.(value) ??
      this.#problemOfList(subschemas, value) ??
      (keyword === 'pattern' ? this.#problemOfPattern(String(value)) : null);
    if (problem !== null) this.#complain(pointer, problem);
    else if (subschemas === undefined) normal[keyword] = value;
    else if (subschemas === 'map' || subschemas === 'dependencies') {
      normal[keyword] = this.#readMap(pointer, keyword, subschemas, value, child);
    } else if (subschemas !== 'schema' && Array.isArray(value)) {
      normal[keyword] = value.map((each, index) => child(`${pointer}/${index}`, each));
    } else normal[keyword] = child(pointer, value);
  }

  #problemOfList(subschemas: SubschemaPlace | undefined, value: unknown): string | null {
    const isList = Array.isArray(value);
    if (subschemas === 'list' && !(isList && value.length > 0)) return 'must be a list of at least one schema';
    if (subschemas !== 'items' || !isList || this.#dialect !== 'draft2020') return null;
    return 'must be a schema; a list of schemas is called prefixItems in 2020-12';
  }

  #problemOfPattern(pattern: string): string | null {
    if (this.#patterns.has(pattern)) return null;
    this.#unicodeProperties += pattern.match(/\\p\{/gi)?.length ?? 0;
    if (this.#unicodeProperties > UNICODE_PROPERTIES_MAX) {
      return `The schema's regular expressions name more than ${UNICODE_PROPERTIES_MAX} Unicode properties; at most ${UNICODE_PROPERTIES_MAX} are allowed`;
    }
    try {
      this.#patterns.set(pattern, translatePattern(pattern));
      return null;
    } catch (error) {
      if (error instanceof PatternError) return error.message;
      throw error;
    }
  }

  #readMap(
    pointer: string,
    keyword: string,
    place: 'map' | 'dependencies',
    value: unknown,
    child: (at: string, schema: unknown) => unknown,
  ): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    if (!isObject(value)) {
      this.#complain(pointer, 'must be an object of schemas');
      return map;
    }
    for (const name of Object.keys(value)) {
      const at = `${pointer}/${segment(name)}`;
      const member = value[name];
      const problem = keyword === 'patternProperties' ? this.#problemOfPattern(name) : null;
      if (problem !== null) this.#complain(at, problem);
      else if (place === 'dependencies' && Array.isArray(member)) {
        if (member.every((each) => typeof each === 'string')) map[name] = member;
        else this.#complain(at, 'must be a schema or a list of names');
      } else map[name] = child(at, member);
    }
    return map;
  }

  /** Draft 7's lists in `items`, with `additionalItems` for the rest, are 2020-12's `prefixItems` and `items`. */
  #mergeTuples(pointer: string, normal: Record<string, unknown>, schema: JsonObject): void {
    const { items, additionalItems } = normal;
    delete normal.additionalItems;
    if (!Array.isArray(items)) return;
    if (Object.hasOwn(schema, 'prefixItems') && this.#dialect === 'either') {
      this.#complain(`${pointer}/items`, 'must be a schema where there are prefixItems');
    }
    delete normal.items;
    if (items.length > 0) normal.prefixItems = items;
    if (additionalItems !== undefined) normal.items = additionalItems;
  }
}

/** Lists and objects in `const` and `enum` are compared by our own keyword, `equalsOneOf`. */
function compareAsJson(normal: Record<string, unknown>): void {
  const isCompound = (value: unknown) => typeof value === 'object' && value !== null;
  const choices: unknown[] = [];
  if (isCompound(normal.const)) {
    choices.push([normal.const]);
    delete normal.const;
  }
  if (Array.isArray(normal.enum) && normal.enum.some(isCompound)) {
    choices.push(normal.enum);
    delete normal.enum;
  }
  if (choices.length > 0) normal.equalsOneOf = choices;
}

function dialectOf($schema: unknown): Dialect | null {
  if ($schema === undefined) return 'either';
  if (typeof $schema !== 'string') return null;
  const name = /^https?:\/\/json-schema\.org\/(draft-07|draft\/2020-12)\/schema#?$/.exec($schema)?.[1];
  if (name === undefined) return null;
  return name === 'draft-07' ? 'draft7' : 'draft2020';
}

const segment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
