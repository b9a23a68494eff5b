import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import type { InputIssue } from './domain-error.ts';
import { type Keywords, keywordsOf } from './fields.ts';
import type { JsonValue } from './json/json.ts';
import { type JsonPath, pathText } from './json/json-problem.ts';
import { DENIAL_ISSUES_MAX } from './verdict.ts';

/** A result of the format CONTENT has at most so many blocks. */
export const BLOCKS_MAX = 64;

/** Texts that are read by a rule of their own, with what they must be. */
const FORMATS = {
  base64: {
    says: 'base64 (RFC 4648, section 4, with its padding)',
    is: (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  },
  mediaType: {
    says: 'a media type such as "image/png"',
    is: (text: string) => /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+ *(?:;[\x20-\x7e]*)?$/.test(text),
  },
  uri: {
    says: 'an absolute URI, such as "https://example.com/a" or "file:///a"',
    is: (text: string) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\p{Cc}\p{Cs}]+$/u.test(text),
  },
} as const;

const data = Type.String({ format: 'base64' });
const mediaType = Type.String({ maxLength: 255, format: 'mediaType' });
const uri = Type.String({ maxLength: 8_192, format: 'uri' });
const name = Type.String({ minLength: 1, maxLength: 1_024 });

/** For whom a block is and how much it matters. What is in them is only handed on. */
const ANNOTATIONS = Type.Object({
  audience: Type.Optional(Type.Array(Type.Enum(['user', 'assistant']), { maxItems: 2 })),
  priority: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  lastModified: Type.Optional(Type.String({ maxLength: 64 })),
});

const block = <const Kind extends string, Properties extends TProperties>(type: Kind, properties: Properties) =>
  Type.Object({ type: Type.Literal(type), ...properties, annotations: Type.Optional(ANNOTATIONS) });

const BLOCKS = {
  text: block('text', { text: Type.String() }),
  image: block('image', { data, mediaType, name: Type.Optional(name) }),
  audio: block('audio', { data, mediaType, name: Type.Optional(name) }),
  link: block('link', {
    uri,
    name,
    title: Type.Optional(Type.String({ maxLength: 1_024 })),
    description: Type.Optional(Type.String({ maxLength: 8_000 })),
    mediaType: Type.Optional(mediaType),
    size: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  /** Its text or its data: one of them. */
  resource: block('resource', {
    uri,
    mediaType: Type.Optional(mediaType),
    name: Type.Optional(name),
    text: Type.Optional(Type.String()),
    data: Type.Optional(data),
  }),
} as const;

type BlockTypes = { readonly [Kind in keyof typeof BLOCKS]: Readonly<Type.Static<(typeof BLOCKS)[Kind]>> };
/** One part of a result of the format CONTENT. */
export type Block = BlockTypes[keyof BlockTypes];

/** A result of the format CONTENT. `structured` is what programs read, and what the schema of the result is about. */
export type ContentResult = { readonly content: readonly Block[]; readonly structured?: JsonValue };

type Add = (path: JsonPath, message: string) => void;

/**
 * What keeps a value from being a ContentResult, each with its path from `result` on, the first DENIAL_ISSUES_MAX of it.
 * What `structured` holds is not looked at.
 */
export function problemsOfContent(value: unknown): readonly InputIssue[] {
  const issues: InputIssue[] = [];
  checkResult(value, (path, message) => {
    if (issues.length < DENIAL_ISSUES_MAX) issues.push({ path: pathText(['result', ...path]), message });
  });
  return issues;
}

function checkResult(value: unknown, add: Add): void {
  if (!isRecord(value)) {
    add([], 'must be an object with "content", a list of blocks, and "structured" if need be');
    return;
  }
  checkNames(value, ['content', 'structured'], [], add);
  const { content } = value;
  if (!Array.isArray(content)) add(['content'], 'must be a list of blocks');
  else if (content.length > BLOCKS_MAX) {
    add(['content'], `holds ${content.length.toLocaleString('en')} blocks; at most ${BLOCKS_MAX} are allowed`);
  } else for (const [index, each] of content.entries()) checkBlock(each, ['content', index], add);
}

function checkBlock(value: unknown, path: JsonPath, add: Add): void {
  if (!isRecord(value)) add(path, 'must be a block: an object with a "type"');
  else if (!isKind(value.type)) add([...path, 'type'], `must be one of ${quotedList(Object.keys(BLOCKS))}`);
  else {
    checkRecord(value, BLOCKS[value.type], path, add);
    if (value.type === 'resource' && Object.hasOwn(value, 'text') === Object.hasOwn(value, 'data')) {
      add(path, 'must have either "text" or "data", which is base64');
    }
  }
}

const isKind = (type: unknown): type is keyof typeof BLOCKS => typeof type === 'string' && Object.hasOwn(BLOCKS, type);

function checkRecord(value: Readonly<Record<string, unknown>>, table: TObject, path: JsonPath, add: Add): void {
  const { properties } = table;
  checkNames(value, Object.keys(properties), path, add);
  for (const [member, schema] of Object.entries(properties)) {
    if (Object.hasOwn(value, member)) checkMember(value[member], schema, [...path, member], add);
    else if (!Type.IsOptional(schema)) add([...path, member], 'is missing');
  }
}

function checkNames(value: object, names: readonly string[], path: JsonPath, add: Add): void {
  for (const member of Object.keys(value)) {
    if (!names.includes(member)) add([...path, member], `is not known here; known are ${quotedList(names)}`);
  }
}

function checkMember(value: unknown, schema: TSchema, path: JsonPath, add: Add): void {
  const { maxItems = 0, items = {}, ...keywords } = keywordsOf(schema);
  if (Type.IsObject(schema)) {
    if (isRecord(value)) checkRecord(value, schema, path, add);
    else add(path, 'must be an object');
  } else if (keywords.type === 'array') {
    if (Array.isArray(value) && value.length <= maxItems) {
      for (const [index, each] of value.entries()) checkMember(each, items, [...path, index], add);
    } else add(path, `must be a list of at most ${maxItems}`);
  } else {
    const problem = problemOfScalar(value, keywords);
    if (problem !== null) add(path, problem);
  }
}

function problemOfScalar(value: unknown, keywords: Keywords): string | null {
  const { type, enum: names, minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = keywords;
  if (names) return names.includes(value as string) ? null : `must be one of ${quotedList(names)}`;
  const isWithin = typeof value === 'number' && value >= minimum && value <= maximum;
  switch (type) {
    case 'integer':
      return isWithin && Number.isInteger(value) ? null : `must be a whole number from ${minimum} on`;
    case 'number':
      return isWithin ? null : `must be a number from ${minimum} to ${maximum}`;
    default:
      return problemOfText(value, keywords);
  }
}

function problemOfText(value: unknown, { minLength = 0, maxLength, format }: Keywords): string | null {
  if (typeof value !== 'string') return 'must be text';
  if (value.length < minLength) return 'must not be empty';
  if (maxLength !== undefined && value.length > maxLength) {
    return `must be at most ${maxLength.toLocaleString('en')} characters long`;
  }
  const rule = FORMATS[format as keyof typeof FORMATS];
  return rule === undefined || rule.is(value) ? null : `must be ${rule.says}`;
}

const quotedList = (names: readonly unknown[]): string => names.map((each) => `"${each}"`).join(', ');

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
