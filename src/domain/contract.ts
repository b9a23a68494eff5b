/** Any JSON value, as it was sent. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** One action an agent offers. */
export type Capability = {
  readonly action: string;
  readonly description: string | null;
  /** JSON Schema, draft 7 or 2020-12, of the request's params. */
  readonly paramsSchema: JsonObject;
  /** `max_<param>` and `min_<param>` bounds, inclusive. */
  readonly constraints: JsonObject;
};

/** One published version of what an agent offers. Append-only: a version never changes but for `isActive`. */
export type CapabilityContract = {
  readonly id: string;
  readonly agentId: string;
  readonly version: number;
  readonly isActive: boolean;
  readonly capabilities: readonly Capability[];
  readonly createdAt: Date;
};

export const ACTION_MAX_LENGTH = 128;
export const CAPABILITIES_MAX = 100;
export const CAPABILITY_DESCRIPTION_MAX_LENGTH = 2_000;
/** The whole of a contract as JSON, so that a page of the directory stays a page. */
export const CONTRACT_MAX_BYTES = 128 * 1024;
