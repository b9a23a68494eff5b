import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { JsonPart } from '../domain/json/json-part.ts';
import { JsonSyntaxError } from '../domain/json/json-problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the body may be left out, even where its type is named. */
    bodyIsOptional?: boolean;
  }
}

/** A body that cannot be read; the message is for whoever sent it. */
export class MalformedBodyError extends Error {}

/** JSON, and every media type that is written in it (RFC 6839 section 3.1). */
const JSON_TYPE = /^application\/(?:[\w!#$&^.-]+\+)?json\s*(?:;|$)/i;

const parts = new WeakMap<object, JsonPart>();

/** Where a body's values stand in what was sent; null for what is no body that `takeJson` read. */
export const jsonPartOf = (body: unknown): JsonPart | null =>
  typeof body === 'object' && body !== null ? (parts.get(body) ?? null) : null;

/**
 * Reads the scope's JSON bodies, whose routes get the value and may ask for its parts. Where a body may be left out, one
 * of no bytes counts as left out, whatever its type says. `check` throws for what the scope does not take.
 */
export function takeJson(scope: FastifyInstance, check: (part: JsonPart) => void = () => {}): void {
  scope.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 && request.routeOptions.config.bodyIsOptional) return done(null, undefined);
    try {
      const part = readBody(body);
      check(part);
      const { value } = part;
      if (typeof value === 'object' && value !== null) parts.set(value, part);
      done(null, value);
    } catch (error) {
      done(error as Error);
    }
  });
}

function readBody(body: Buffer): JsonPart {
  if (body.length === 0) throw new MalformedBodyError('The body is empty; it must be JSON.');
  // RFC 8259 section 8.1. Read as UTF-8 all the same, it would say something else than was sent.
  if (!isUtf8(body)) throw new MalformedBodyError('The body is not valid JSON: it is not UTF-8.');
  try {
    return JsonPart.read(body.toString());
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new MalformedBodyError(`The body is not valid JSON: ${error.message}.`);
  }
}
