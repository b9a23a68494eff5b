import { canonicalJson } from '../../domain/canonical-json.ts';
import type { JsonObject } from '../../domain/contract.ts';
import { sha256 } from '../sha256.ts';

/** A digest of what a request asks for: the same for the same content, whatever the order of its keys. */
export const contentDigest = (handle: string, action: string, params: JsonObject): Buffer =>
  sha256(canonicalJson([handle, action, params]));
