import type { JsonObject } from '../../domain/contract.ts';
import { quoted } from '../printable.ts';
import {
  type ResolvedReference,
  resolveDynamicReference,
  resolveRecursiveReference,
  resolveReference,
} from './local-reference.ts';
import {
  compareAsJson,
  markContains,
  mergeExclusiveBounds,
  mergeTuples,
  type NormalSchema,
  takeNull,
} from './normal-form.ts';
import { has, ignoresSiblingsOfReferences } from './schema-draft.ts';
import {
  DEFINITIONS,
  KEYWORDS,
  type Keyword,
  REFERENCES,
  REFUSED_KEYWORDS,
  type SubschemaPlace,
} from './schema-keywords.ts';
import { isObject, type SchemaResource, SchemaResources, segment } from './schema-resources.ts';
import { PatternError, type TranslatedPattern, translatePattern } from './translate-pattern.ts';
import { branchesBelowUnevaluated } from './unevaluated.ts';

export const SUBSCHEMAS_MAX = 256;
/** `\p{…}` in all patterns together: each takes a tenth of a millisecond to be looked up. */
export const UNICODE_PROPERTIES_MAX = 128;
const PROBLEMS_MAX = 5;

/** A schema within the schema, and what it leads to. */
export type SchemaNode = {
  /** Where it is, as a JSON pointer. */
  readonly pointer: string;
  /** The same schema reduced to what is evaluated, in 2020-12's words. Objects are shared, never changed later. */
  readonly normal: NormalSchema | boolean;
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
  /**
   * What has a name in the normal form's `$defs`, in the order of the names: what references refer to, and what the
   * answer to `unevaluated…` depends on.
   */
  readonly targets: readonly SchemaNode[];
  /** Every regular expression in it, and how it is matched. */
  readonly patterns: ReadonlyMap<string, TranslatedPattern>;
  /** What is wrong with it, in words for its author; not more than a few. */
  readonly problems: readonly string[];
};

/** What is wrong at one place of a schema. */
const problemAt = (pointer: string, problem: string): string =>
  pointer === '' ? `The schema ${problem}` : `At ${quoted(pointer, 120)}: ${problem}`;

/**
 * Reads a schema of the draft that its `$schema` names (of any where there is none): finds its subschemas, resolves
 * its references, checks every keyword's value, and writes down what is evaluated of it in one form, in the words of
 * 2020-12. What is compiled later is that form, so nothing that is not listed in KEYWORDS can have an effect.
 * The JSON must be bounded in depth: this recurses.
 */
export function readSchema(schema: JsonObject): ReadSchema {
  return new SchemaReader(schema).read();
}

class SchemaReader {
  readonly #document: JsonObject;
  readonly #resources: SchemaResources;
  readonly #nodes = new Map<string, SchemaNode>();
  readonly #targets = new Map<SchemaNode, number>();
  readonly #patterns = new Map<string, TranslatedPattern>();
  readonly #problems: string[] = [];
  #unicodeProperties = 0;

  constructor(document: JsonObject) {
    this.#document = document;
    this.#resources = new SchemaResources(document);
    for (const { pointer, problem } of this.#resources.problems) this.#complain(pointer, problem);
  }

  read(): ReadSchema {
    const root = this.#node('', this.#document);
    if (this.#nodes.size > SUBSCHEMAS_MAX) {
      this.#problems.unshift(
        `The schema has more than ${SUBSCHEMAS_MAX} subschemas; at most ${SUBSCHEMAS_MAX} are allowed`,
      );
    }
    for (const branch of branchesBelowUnevaluated(this.#nodes.values())) {
      if (!this.#targets.has(branch)) this.#targets.set(branch, this.#targets.size);
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
    const resource = this.#resources.at(pointer);
    const { dialect } = resource;
    if (schema.$id !== undefined && dialect !== 'draft-04' && !this.#resources.isPlace(pointer)) {
      this.#complain(`${pointer}/$id`, 'is not where the draft has schemas, so nothing can refer to it; use $defs');
    }
    const isReferenceOnly = Object.hasOwn(schema, '$ref') && ignoresSiblingsOfReferences(dialect);
    for (const keyword of Object.keys(schema)) {
      const value = schema[keyword];
      const refusal = REFUSED_KEYWORDS.get(keyword);
      if (refusal !== undefined) this.#complain(`${pointer}/${keyword}`, refusal);
      else if (DEFINITIONS.includes(keyword)) this.#readDefinitions(pointer, keyword, value);
      else if (REFERENCES.has(keyword)) this.#readReference(node, normal, keyword, value, resource);
      else if (!isReferenceOnly) {
        const known = KEYWORDS.get(keyword);
        if (known !== undefined && has(dialect, known))
          this.#readKeyword(node, normal, keyword, known, value, resource);
      }
    }
    if (Array.isArray(normal.items) && normal.prefixItems !== undefined) {
      this.#complain(`${pointer}/items`, 'must be a schema where there are prefixItems');
    }
    mergeTuples(normal);
    mergeExclusiveBounds(normal);
    if (!isReferenceOnly) this.#takeNull(node, normal, schema);
    compareAsJson(normal);
    markContains(normal, dialect);
  }

  #takeNull(node: SchemaNode, normal: NormalSchema, schema: JsonObject): void {
    const condition = takeNull(normal, schema);
    if (condition === null) return;
    // No name has an unescaped `~`, so nothing else is there.
    const pointer = `${node.pointer}/~nullable`;
    const to: SchemaNode = { pointer, normal: condition, edges: [] };
    this.#nodes.set(pointer, to);
    node.edges.push({ to, inPlace: true, isReference: false });
  }

  #readReference(
    node: SchemaNode,
    normal: NormalSchema,
    keyword: string,
    value: unknown,
    resource: SchemaResource,
  ): void {
    const lifetime = REFERENCES.get(keyword);
    if (lifetime === undefined || !has(resource.dialect, lifetime)) return;
    const resolved = this.#resolve(keyword, value, resource);
    if ('problem' in resolved) {
      this.#complain(`${node.pointer}/${keyword}`, resolved.problem);
      return;
    }
    const to = this.#node(resolved.pointer, resolved.schema);
    node.edges.push({ to, inPlace: true, isReference: true });
    const index = this.#targets.get(to) ?? this.#targets.size;
    this.#targets.set(to, index);
    const $ref = `#/$defs/${index}`;
    if (normal.$ref === undefined) normal.$ref = $ref;
    else normal.allOf = [...(Array.isArray(normal.allOf) ? normal.allOf : []), { $ref }];
  }

  #resolve(keyword: string, value: unknown, resource: SchemaResource): ResolvedReference {
    if (keyword === '$recursiveRef') return resolveRecursiveReference(value, resource, this.#resources);
    const resolve = keyword === '$dynamicRef' ? resolveDynamicReference : resolveReference;
    return resolve(value, resource, this.#resources);
  }

  #readDefinitions(pointer: string, keyword: string, value: unknown): void {
    if (!isObject(value)) this.#complain(`${pointer}/${keyword}`, 'must be an object of schemas');
    else for (const name of Object.keys(value)) this.#node(`${pointer}/${keyword}/${segment(name)}`, value[name]);
  }

  #readKeyword(
    node: SchemaNode,
    normal: NormalSchema,
    keyword: string,
    { subschemas, inPlace = false, problemOf }: Keyword,
    value: unknown,
    { dialect }: SchemaResource,
  ): void {
    const pointer = `${node.pointer}/${keyword}`;
    const child = (at: string, schema: unknown) => {
      const to = this.#node(at, schema);
      node.edges.push({ to, inPlace, isReference: false });
      return to.normal;
    };
    const problem =
      problemOf?.(value, dialect) ??
      problemOfList(subschemas, value, has(dialect, { until: '2019-09' })) ??
      (keyword === 'pattern' ? this.#problemOfPattern(String(value)) : null);
    if (problem !== null) this.#complain(pointer, problem);
    else if (subschemas === undefined) normal[keyword] = value;
    else if (subschemas === 'map' || subschemas === 'dependencies') {
      normal[keyword] = this.#readMap(pointer, keyword, subschemas, value, child);
    } else if (subschemas !== 'schema' && Array.isArray(value)) {
      const list = value.map((each, index) => child(`${pointer}/${index}`, each));
      // References that stand before it may have put something there.
      normal[keyword] = [...list, ...(keyword === 'allOf' && Array.isArray(normal.allOf) ? normal.allOf : [])];
    } else normal[keyword] = child(pointer, value);
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
}

function problemOfList(subschemas: SubschemaPlace | undefined, value: unknown, hasTuples: boolean): string | null {
  const isList = Array.isArray(value);
  if (subschemas === 'list' && !(isList && value.length > 0)) return 'must be a list of at least one schema';
  if (subschemas !== 'items' || !isList || hasTuples) return null;
  return 'must be a schema; a list of schemas is called prefixItems in 2020-12';
}
