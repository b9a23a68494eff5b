import { Type } from 'typebox';
import { id, instant, jsonObject, nullable, type ValueOf, withDefault } from './fields.ts';
import { EMPTY_OBJECT } from './json/json-text.ts';
import type { ValuesIn } from './json/values-in.ts';

export type { JsonObject, JsonValue } from './json/json.ts';

export const ACTION_MAX_LENGTH = 128;
export const CAPABILITIES_MAX = 256;
/** The whole of a contract as JSON, so that a page of the directory stays a page. */
export const CONTRACT_MAX_BYTES = 512 * 1024;

/** One action an agent offers. */
export const CAPABILITY = Type.Object({
  action: Type.String({
    minLength: 1,
    maxLength: ACTION_MAX_LENGTH,
    description: 'The name that requests name it by, such as "calendar.schedule".',
  }),
  description: nullable(
    Type.String({ maxLength: 8_000, description: 'What it does, for those who look the agent up.' }),
  ),
  paramsSchema: withDefault(
    EMPTY_OBJECT,
    jsonObject({ description: 'JSON Schema (draft 4 to 2020-12) that the params must fit; {} lets anything pass.' }),
  ),
  constraints: withDefault(
    EMPTY_OBJECT,
    jsonObject({ description: '`max_<param>` and `min_<param>` bounds on numeric params, inclusive.' }),
  ),
});
/** As it was published. */
export type PublishedCapability = ValueOf<typeof CAPABILITY>;
/** As it is judged. */
export type Capability = ValuesIn<PublishedCapability>;

/** One published version of what an agent offers. Append-only: a version never changes but for `isActive`. */
export const CAPABILITY_CONTRACT = Type.Object({
  id: id('The id of this version.'),
  agentId: id("The agent's id."),
  version: Type.Integer({ minimum: 1, description: '1 for the first one, one higher for each later one.' }),
  isActive: Type.Boolean({ description: 'Whether it is the version in force.' }),
  capabilities: Type.Array(CAPABILITY, { description: 'The actions that it offers.' }),
  createdAt: instant('When it was published.'),
});
/** As it was published. */
export type PublishedContract = ValueOf<typeof CAPABILITY_CONTRACT>;
/** As it is judged. */
export type CapabilityContract = ValuesIn<PublishedContract>;
