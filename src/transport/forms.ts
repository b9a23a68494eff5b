import type { FastifyRequest } from 'fastify';

/** What the platform's own pages send as forms, in bytes: two texts of 500 characters, each of nine bytes as it is sent, fit in. */
export const FORM_LIMIT_BYTES = 16 * 1_024;

/** One field of a form; empty where it was not sent, or more than once. */
export function fieldOf({ body }: FastifyRequest, name: string): string {
  const value = ((body ?? {}) as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}
