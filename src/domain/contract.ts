import { Type } from 'typebox';
import { id, instant, jsonObject, nullable, oneOf, partsOf, type ValueOf, withDefault } from './fields.ts';
import { EMPTY_OBJECT } from './json/json-text.ts';
import type { ValuesIn } from './json/values-in.ts';
import { PARAM_NAME_MAX_LENGTH } from './policy.ts';

export type { JsonObject, JsonValue } from './json/json.ts';

export const ACTION_MAX_LENGTH = 128;
export const CAPABILITIES_MAX = 256;
/** The whole of a contract as JSON, so that a page of the directory stays a page. */
export const CONTRACT_MAX_BYTES = 512 * 1024;

/** How the result of an action is to be read. */
export const RESULT_FORMATS = ['JSON', 'CONTENT'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

const hint = (description: string) =>
  nullable(Type.Boolean({ description: `${description} Null where it is not said.` }));

/** What an agent says of an action, for whoever decides whether to ask for it. Nothing holds it to that. */
export const CAPABILITY_HINTS = Type.Object({
  readOnly: hint('Whether it changes nothing.'),
  destructive: hint('Whether it may destroy something, rather than only add to what is there.'),
  idempotent: hint('Whether doing it again with the same params changes nothing more.'),
  openWorld: hint('Whether it deals with things outside of what the agent has, such as the web.'),
});

/** One action an agent offers. */
export const CAPABILITY = Type.Object({
  action: Type.String({
    minLength: 1,
    maxLength: ACTION_MAX_LENGTH,
    description: 'The name that requests name it by, such as "calendar.schedule".',
  }),
  title: nullable(Type.String({ maxLength: 200, description: 'What people call it, such as "Schedule a meeting".' })),
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
  resultFormat: withDefault(
    'JSON',
    oneOf(RESULT_FORMATS, {
      description:
        'How the result is to be read. json: it is any value. content: it is `{ content, structured }`, a list of at most 64 blocks (text, image, audio, link, resource) for people and models, and a value for programs, which there must be with a result schema.',
    }),
  ),
  resultSchema: nullable(
    jsonObject({
      description:
        'JSON Schema (draft 4 to 2020-12) of the result, of `structured` where its format is content. Null where nothing is said of it.',
    }),
  ),
  hints: partsOf(CAPABILITY_HINTS.properties, { description: 'What the agent says of it, for whoever asks for it.' }),
  textParam: nullable(
    Type.String({
      minLength: 1,
      maxLength: PARAM_NAME_MAX_LENGTH,
      description:
        'The name of the param that takes the text of a message that is nothing but text; at most one action of a contract has one.',
    }),
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
