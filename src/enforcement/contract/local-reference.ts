import type { JsonObject } from '../../domain/contract.ts';

export type ResolvedReference = { readonly pointer: string; readonly schema: unknown } | { readonly problem: string };

/**
 * Resolves a `$ref` within the document that it is in: `#` or a JSON pointer (RFC 6901) in a fragment, also with the
 * document's own `$id` before it. Only what the document itself holds is found, nothing that objects inherit.
 */
export function resolveReference(reference: unknown, root: JsonObject): ResolvedReference {
  if (typeof reference !== 'string') return { problem: 'must be text' };
  const fragment = localFragment(reference, root.$id);
  if (fragment === null)
    return { problem: 'refers to another document; only references within the schema are allowed' };
  if (fragment !== '' && !fragment.startsWith('/')) {
    return { problem: 'refers to an anchor; only JSON pointers such as #/$defs/<name> are allowed' };
  }
  const segments = fragment.split('/').slice(1).map(unescapeSegment);
  let schema: unknown = root;
  for (const segment of segments) {
    if (segment === null || typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, segment)) {
      return { problem: 'refers to nothing' };
    }
    schema = (schema as Record<string, unknown>)[segment];
  }
  const isSchema =
    typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null && !Array.isArray(schema));
  return isSchema ? { pointer: fragment, schema } : { problem: 'refers to something that is no schema' };
}

/** The decoded part after `#`, or null if the reference is to another document. */
function localFragment(reference: string, id: unknown): string | null {
  const [document = '', fragment = ''] = split(reference);
  if (document !== '' && (typeof id !== 'string' || !isSameDocument(document, id))) return null;
  try {
    return decodeURIComponent(fragment);
  } catch {
    return null;
  }
}

function split(reference: string): readonly [string, string] {
  const hash = reference.indexOf('#');
  return hash === -1 ? [reference, ''] : [reference.slice(0, hash), reference.slice(hash + 1)];
}

function isSameDocument(reference: string, id: string): boolean {
  const [base] = split(id);
  return base !== '' && URL.parse(reference, absolute(base))?.href === absolute(base);
}

const absolute = (id: string): string => URL.parse(id, 'https://schema.invalid/')?.href ?? 'https://schema.invalid/';

/** `~1` is `/` and `~0` is `~`; any other `~` is no pointer. */
const unescapeSegment = (segment: string): string | null =>
  /~(?![01])/.test(segment) ? null : segment.replaceAll('~1', '/').replaceAll('~0', '~');
