import { type SchemaResource, type SchemaResources, split } from './schema-resources.ts';

export type ResolvedReference = { readonly pointer: string; readonly schema: unknown } | { readonly problem: string };

/**
 * Resolves a reference of a schema within the document that it is in: relative to the resource around it, to that or
 * another resource of the document, and in it by a JSON pointer (RFC 6901) or an anchor. Only what the document itself
 * holds is found, nothing that objects inherit, and nothing is ever fetched.
 */
export function resolveReference(
  reference: unknown,
  from: SchemaResource,
  resources: SchemaResources,
): ResolvedReference {
  if (typeof reference !== 'string') return { problem: 'must be text' };
  const [document, encoded] = split(reference);
  const resource = document === '' ? from : resources.byAddress(URL.parse(document, from.address)?.href ?? '');
  const fragment = decoded(encoded);
  if (resource === undefined || fragment === null) {
    return {
      problem:
        'refers to another document; only references within the schema are allowed: put the other one into $defs, with its $id',
    };
  }
  if (fragment === '' || fragment.startsWith('/')) return follow(fragment, resource);
  const pointer = resource.anchors.get(fragment);
  if (pointer === undefined) return { problem: 'refers to an anchor that the schema does not have' };
  return follow(pointer.slice(resource.pointer.length), resource);
}

/**
 * The same for a `$dynamicRef`. Which of several anchors of the same name it means depends on how the schema was come
 * to; where there is only one, that is meant, and it is an ordinary reference.
 */
export function resolveDynamicReference(
  reference: unknown,
  from: SchemaResource,
  resources: SchemaResources,
): ResolvedReference {
  const resolved = resolveReference(reference, from, resources);
  if ('problem' in resolved || typeof reference !== 'string') return resolved;
  const [, name] = split(reference);
  const resource = resources.at(resolved.pointer);
  if (!resource.dynamicAnchors.has(name) || resource.anchors.get(name) !== resolved.pointer) return resolved;
  return resources.count(({ dynamicAnchors }) => dynamicAnchors.has(name)) === 1 ? resolved : SEVERAL_TARGETS;
}

/** The same for draft 2019-09's `$recursiveRef`, which is always `#`. */
export function resolveRecursiveReference(
  reference: unknown,
  from: SchemaResource,
  resources: SchemaResources,
): ResolvedReference {
  if (reference !== '#') return { problem: 'must be "#"' };
  const isOpen = ({ schema }: SchemaResource) => schema.$recursiveAnchor === true;
  return !isOpen(from) || resources.count(isOpen) === 1
    ? resolveReference(reference, from, resources)
    : SEVERAL_TARGETS;
}

const SEVERAL_TARGETS = {
  problem: 'may mean one of several schemas, by how it is come to, which is not supported; use $ref to name one',
} as const;

/** What a JSON pointer (RFC 6901) leads to in a document; undefined where that is nothing. */
export function pointedAt(pointer: string, document: unknown): unknown {
  let value = document;
  for (const segment of pointer.split('/').slice(1).map(unescapeSegment)) {
    if (segment === null || typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

function follow(fragment: string, resource: SchemaResource): ResolvedReference {
  const schema = pointedAt(fragment, resource.schema);
  if (schema === undefined) return { problem: 'refers to nothing' };
  const isSchema =
    typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null && !Array.isArray(schema));
  return isSchema
    ? { pointer: `${resource.pointer}${fragment}`, schema }
    : { problem: 'refers to something that is no schema' };
}

function decoded(fragment: string): string | null {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return null;
  }
}

/** `~1` is `/` and `~0` is `~`; any other `~` is no pointer. */
const unescapeSegment = (segment: string): string | null =>
  /~(?![01])/.test(segment) ? null : segment.replaceAll('~1', '/').replaceAll('~0', '~');
