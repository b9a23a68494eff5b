import type { FastifyRequest } from 'fastify';

/** What the platform's own pages send as forms, in bytes. */
export const FORM_LIMIT_BYTES = 8 * 1_024;

/** One field of a form; empty where it was not sent, or more than once. */
export function fieldOf({ body }: FastifyRequest, name: string): string {
  const value = ((body ?? {}) as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}
