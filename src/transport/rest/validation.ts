import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { FastifySchema, FastifySchemaCompiler } from 'fastify';
import { HANDLE_PATTERN, HANDLE_RULE } from '../../domain/agent.ts';
import { type InputIssue, InvalidInputError } from '../../domain/errors.ts';
import { INSTANT_RULE, instantOf } from '../instants.ts';

const formats = { 'date-time': (text: string) => instantOf(text) !== null, uuid: true } as const;
const OPTIONS = { allErrors: true, strict: false, ownProperties: true, formats };
const asTheyAre = new Ajv(OPTIONS);
const fromTexts = new Ajv({ ...OPTIONS, coerceTypes: 'array' });

/**
 * Holds input to the routes' schemas: nothing is converted but the texts of a query, nothing filled in or removed, and
 * every problem is reported, with the path of its field. A list over its bound is refused before its items are checked, so that what is reported
 * stays small however many of them are wrong. A schema is compiled when it is first asked for, once for all platforms of the process: to compile those of all
 * routes took a quarter of a start.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<FastifySchema> {
  return ({ schema, httpPart }) => {
    const ajv = httpPart === 'querystring' ? fromTexts : asTheyAre;
    let compiled: ValidateFunction | null = null;
    const lists = boundedLists(schema);
    const isOptional = httpPart === 'body' && !('required' in schema);
    return (value: unknown) => {
      // Fastify says null where there is none; one that says so itself was refused before.
      if (isOptional && value === null) return { value };
      const tooLong = lists.filter(({ name, max }) => lengthOf(value, name) > max);
      if (tooLong.length > 0) {
        const issues = tooLong.map(({ name, max }) => ({ path: name, message: `must have at most ${max} items` }));
        return { error: new InvalidInputError(issues) };
      }
      compiled ??= ajv.compile(schema);
      const validate = compiled;
      if (validate(value)) return { value };
      return { error: new InvalidInputError((validate.errors ?? []).map((error) => issueOf(error, httpPart))) };
    };
  };
}

type BoundedList = { readonly name: string; readonly max: number };

function boundedLists(schema: object): readonly BoundedList[] {
  const properties = 'properties' in schema ? (schema.properties as Record<string, { maxItems?: number }>) : {};
  return Object.entries(properties).flatMap(([name, { maxItems }]) => (maxItems ? [{ name, max: maxItems }] : []));
}

function lengthOf(value: unknown, name: string): number {
  const list = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return Array.isArray(list) ? list.length : 0;
}

function issueOf({ instancePath, keyword, params, message }: ErrorObject, httpPart: string | undefined): InputIssue {
  // JSON Pointer (RFC 6901) to dots.
  const at = instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keyword === 'required') return { path: [...at, params.missingProperty].join('.'), message: 'is required' };
  return { path: at.join('.') || (httpPart ?? 'body'), message: messageOf(keyword, params, message) };
}

function messageOf(keyword: string, params: ErrorObject['params'], message = 'is not valid'): string {
  switch (keyword) {
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`;
    case 'enum':
      return `must be one of ${params.allowedValues.join(', ')}`;
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must be at least ${params.limit} characters long`;
    case 'maxLength':
      return `must be at most ${params.limit} characters long`;
    case 'format':
      return params.format === 'date-time' ? INSTANT_RULE : message;
    case 'pattern':
      return params.pattern === HANDLE_PATTERN ? `must be ${HANDLE_RULE}` : message;
    default:
      return message;
  }
}
