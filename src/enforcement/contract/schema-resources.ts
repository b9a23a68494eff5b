import { canonicalJson } from '../../domain/canonical-json.ts';
import type { JsonObject } from '../../domain/contract.ts';
import { type Dialect, draftOf, has, ignoresSiblingsOfReferences } from './schema-draft.ts';
import { DEFINITIONS, KEYWORDS } from './schema-keywords.ts';

/** A schema with an identity of its own within the document: the document itself, and whatever has an `$id`. */
export type SchemaResource = {
  /** Where it is in the document, as a JSON pointer. */
  readonly pointer: string;
  readonly schema: JsonObject;
  /** Its absolute address, without a fragment, which the references in it are relative to. */
  readonly address: string;
  readonly dialect: Dialect;
  /** Where the subschemas are that it has given names to, by the names. */
  readonly anchors: ReadonlyMap<string, string>;
  /** Those of the names that a `$dynamicRef` elsewhere may mean. */
  readonly dynamicAnchors: ReadonlySet<string>;
};

export type ResourceProblem = { readonly pointer: string; readonly problem: string };

type OpenResource = SchemaResource & { readonly anchors: Map<string, string>; readonly dynamicAnchors: Set<string> };

/** The address of a document that does not say its own. Nothing is ever fetched. */
const NOWHERE = 'https://schema.invalid/';
const ANCHOR = /^[A-Za-z_][-A-Za-z0-9._]*$/;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name as a segment of a JSON pointer (RFC 6901). */
export const segment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * Finds the resources of a document and their anchors, wherever its draft has a place for schemas, so that references
 * by `$id` and `$anchor` can be resolved within it. The JSON must be bounded in depth: this recurses.
 */
export class SchemaResources {
  readonly root: SchemaResource;
  readonly problems: ResourceProblem[] = [];
  readonly #byPointer = new Map<string, OpenResource>();
  readonly #byAddress = new Map<string, OpenResource>();
  readonly #places = new Set<string>();

  constructor(document: JsonObject) {
    const dialect = document.$schema === undefined ? 'unstated' : draftOf(document.$schema);
    if (dialect === null) this.problems.push({ pointer: '/$schema', problem: UNKNOWN_DRAFT });
    const root = resourceOf('', document, NOWHERE, dialect ?? 'unstated');
    this.#visit('', document, root);
    this.root = this.#byPointer.get('') ?? root;
  }

  /** The innermost resource that the place is in. */
  at(pointer: string): SchemaResource {
    for (let outer = pointer; outer !== ''; outer = outer.slice(0, outer.lastIndexOf('/'))) {
      const resource = this.#byPointer.get(outer);
      if (resource !== undefined) return resource;
    }
    return this.root;
  }

  /** Whether the draft has a place for a schema there; references may refer to others, too. */
  isPlace(pointer: string): boolean {
    return this.#places.has(pointer);
  }

  byAddress(address: string): SchemaResource | undefined {
    return this.#byAddress.get(address);
  }

  /** How many different resources there are of which something is true. */
  count(isMeant: (resource: SchemaResource) => boolean): number {
    return [...this.#byAddress.values()].filter(isMeant).length;
  }

  #visit(pointer: string, schema: unknown, outer: OpenResource): void {
    if (!isObject(schema)) return;
    this.#places.add(pointer);
    const resource = this.#enter(pointer, schema, outer);
    const { dialect } = resource;
    this.#name(pointer, schema, resource);
    for (const keyword of Object.keys(schema)) {
      const at = `${pointer}/${keyword}`;
      const value = schema[keyword];
      const place = DEFINITIONS.includes(keyword) ? 'map' : subschemasOf(keyword, dialect);
      if (place === undefined) continue;
      if (Array.isArray(value))
        for (const [index, each] of value.entries()) this.#visit(`${at}/${index}`, each, resource);
      else if (place === 'schema' || place === 'items') this.#visit(at, value, resource);
      else if (isObject(value)) {
        for (const name of Object.keys(value)) this.#visit(`${at}/${segment(name)}`, value[name], resource);
      }
    }
  }

  /** The resource that a schema is in: one of its own if it has an `$id` that makes it one. */
  #enter(pointer: string, schema: JsonObject, outer: OpenResource): OpenResource {
    const keyword = outer.dialect === 'draft-04' ? 'id' : '$id';
    const isReference = Object.hasOwn(schema, '$ref') && ignoresSiblingsOfReferences(outer.dialect);
    const id = Object.hasOwn(schema, keyword) && !(isReference && pointer !== '') ? schema[keyword] : undefined;
    if (id !== undefined && typeof id !== 'string') {
      this.problems.push({ pointer: `${pointer}/${keyword}`, problem: 'must be text' });
    }
    const [document, fragment] = typeof id === 'string' ? split(id) : ['', ''];
    const address = document === '' ? outer.address : (URL.parse(document, outer.address)?.href ?? outer.address);
    const isOwn = pointer === '' || address !== outer.address;
    const resource = isOwn ? this.#add(this.#resource(pointer, schema, address, outer)) : outer;
    if (fragment === '') return resource;
    const at = `${pointer}/${keyword}`;
    if (has(resource.dialect, { until: 'draft-07' })) this.#addAnchor(resource, fragment, pointer, at);
    else this.problems.push({ pointer: at, problem: 'must have no fragment; a name for references is an $anchor' });
    return resource;
  }

  #resource(pointer: string, schema: JsonObject, address: string, outer: OpenResource): OpenResource {
    if (pointer === '' || schema.$schema === undefined) return resourceOf(pointer, schema, address, outer.dialect);
    const dialect = draftOf(schema.$schema);
    if (dialect === null) this.problems.push({ pointer: `${pointer}/$schema`, problem: UNKNOWN_DRAFT });
    return resourceOf(pointer, schema, address, dialect ?? outer.dialect);
  }

  #add(resource: OpenResource): OpenResource {
    const { pointer, address, schema } = resource;
    const other = this.#byAddress.get(address);
    if (other === undefined) this.#byAddress.set(address, resource);
    else if (canonicalJson(other.schema) !== canonicalJson(schema)) {
      const problem = `the $id is that of another schema, at "${other.pointer}"`;
      this.problems.push({ pointer, problem });
    }
    this.#byPointer.set(pointer, resource);
    return resource;
  }

  #name(pointer: string, schema: JsonObject, resource: OpenResource): void {
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const since = keyword === '$anchor' ? '2019-09' : '2020-12';
      if (!Object.hasOwn(schema, keyword) || !has(resource.dialect, { since })) continue;
      const name = schema[keyword];
      const at = `${pointer}/${keyword}`;
      if (typeof name !== 'string' || !ANCHOR.test(name)) {
        this.problems.push({
          pointer: at,
          problem: 'must be a name: letters, digits and . _ -, beginning with a letter',
        });
        continue;
      }
      this.#addAnchor(resource, name, pointer, at);
      if (keyword === '$dynamicAnchor') resource.dynamicAnchors.add(name);
    }
  }

  #addAnchor(resource: OpenResource, name: string, pointer: string, at: string): void {
    const other = resource.anchors.get(name);
    if (other === undefined) resource.anchors.set(name, pointer);
    else if (other !== pointer)
      this.problems.push({ pointer: at, problem: `is the name of another schema, at "${other}"` });
  }
}

const UNKNOWN_DRAFT =
  'only draft 4, 6, 7 (http://json-schema.org/draft-07/schema#), 2019-09 and 2020-12 (https://json-schema.org/draft/2020-12/schema) are supported';

function subschemasOf(keyword: string, dialect: Dialect) {
  const known = KEYWORDS.get(keyword);
  return known !== undefined && has(dialect, known) ? known.subschemas : undefined;
}

const resourceOf = (pointer: string, schema: JsonObject, address: string, dialect: Dialect): OpenResource => ({
  pointer,
  schema,
  address,
  dialect,
  anchors: new Map(),
  dynamicAnchors: new Set(),
});

/** A reference before and after its `#`. */
export function split(reference: string): readonly [string, string] {
  const hash = reference.indexOf('#');
  return hash === -1 ? [reference, ''] : [reference.slice(0, hash), reference.slice(hash + 1)];
}
