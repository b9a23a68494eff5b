import canonicalize from 'canonicalize';
import { sha256 } from './sha256.ts';

/**
 * The SHA-256 of a value in its one form as JSON (RFC 8785), for one purpose: equal values have equal digests, whatever the
 * order of their members, and a digest made for one purpose is none for another. Throws where the value has no such form.
 */
export function canonicalDigest(purpose: string, value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('What is to be digested is no JSON value.');
  return sha256(`clawcierge/${purpose}/v1\n${text}`);
}
