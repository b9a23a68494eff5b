import type { AnyErrorClass } from '../../domain/error-registry.ts';
import { kindOf, PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemKind, problemType } from './problem-catalogue.ts';
import type { COMPONENTS } from './schemas/components.ts';

/** The answers of an operation, as @fastify/swagger reads them. */

type Headers = Readonly<Record<string, { readonly type: string; readonly description: string }>>;

type Component = keyof typeof COMPONENTS;

/** JSON of a component, or of one of several, with an example. */
export const json = (
  description: string,
  component: Component | readonly Component[],
  example: unknown,
  headers: Headers = {},
) => ({
  description,
  headers,
  content: { 'application/json': { schema: schemaOf(component), example } },
});

const schemaOf = (component: Component | readonly Component[]) =>
  typeof component === 'string'
    ? { $ref: `${component}#` }
    : { anyOf: component.map((each) => ({ $ref: `${each}#` })) };

/** Plain text. */
export const text = (description: string, example: string) => ({
  description,
  content: { 'text/plain': { schema: { type: 'string', description: 'Text.' }, example } },
});

/** Server-sent events (HTML, section 9.2). */
export const eventStream = (description: string, example: string) => ({
  description,
  content: { 'text/event-stream': { schema: { type: 'string', description: 'Events.' }, example } },
});

export const PREFERENCE_APPLIED = {
  'Preference-Applied': { type: 'string', description: 'The wait that was honoured (RFC 7240, section 3).' },
};

/** What an answer of a limited route says of the limits (draft-ietf-httpapi-ratelimit-headers). */
export const RATE_LIMITS = {
  'RateLimit-Policy': {
    type: 'string',
    description: 'The limits that the caller is bound by: `q` calls in `w` seconds.',
  },
  RateLimit: { type: 'string', description: 'What is left of each: `r` calls, and all of them again in `t` seconds.' },
};

export const noContent = (description: string) => ({ description, type: 'null' });

const HEADERS: Partial<Record<number, Headers>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'RFC 6750: `Bearer`.' } },
  403: {
    'WWW-Authenticate': { type: 'string', description: 'RFC 6750: the scope that the key lacks, where it lacks one.' },
  },
  429: { 'Retry-After': { type: 'integer', description: 'Seconds until it is worth another try.' }, ...RATE_LIMITS },
  503: { 'Retry-After': { type: 'integer', description: 'Seconds until it is worth another try.' } },
};

/**
 * The problems that an operation can answer, by status code; each kind is an example. Named by their kinds, or by the
 * classes of the errors that a use case throws.
 */
export function problems(...answered: readonly (ProblemKind | AnyErrorClass)[]) {
  const kinds = new Set(answered.map((each) => (typeof each === 'string' ? each : kindOf(each.row.code))));
  const byStatus = Map.groupBy(kinds, (kind) => PROBLEMS[kind].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((kind) => `${PROBLEMS[kind].title} (\`${kind}\`).`).join(' '),
        headers: HEADERS[status] ?? {},
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: { $ref: 'Problem#' },
            examples: Object.fromEntries(ofStatus.map((kind) => [kind, { value: exampleOf(kind) }])),
          },
        },
      },
    ]),
  );
}

const exampleOf = (kind: ProblemKind) => {
  const { title, status, detail, members } = PROBLEMS[kind];
  return { type: problemType(kind), title, status, detail, ...members };
};

/** What every operation that uses the database can answer. */
export const ALWAYS = ['internal-error', 'unavailable', 'overloaded'] as const satisfies readonly ProblemKind[];
/** What every operation with a body can answer. */
export const OF_A_BODY = [
  'malformed-body',
  'body-too-large',
  'unsupported-media-type',
  'invalid-input',
] as const satisfies readonly ProblemKind[];
