import { exampleOf } from '../../domain/domain-error.ts';
import { ERRORS, type ErrorCode } from '../../domain/error-registry.ts';
import { toldOf } from './domain-problems.ts';

/** What a kind of problem is called, answered with, and means. */
export type ProblemKindDescription = {
  readonly status: number;
  /** RFC 9457, section 3.1.3: the same for every occurrence. */
  readonly title: string;
  /** For the API reference: when it is answered, and what to do about it. */
  readonly meaning: string;
  /** A detail as it may be answered. */
  readonly detail: string;
  /** Extension members that an occurrence carries, with example values (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** The problems that this transport finds itself. */
const OWN_PROBLEMS = {
  'malformed-body': {
    status: 400,
    title: 'The body is not JSON',
    meaning: 'The body could not be read as JSON, is empty, or its length is not what Content-Length says.',
    detail: 'The body is not valid JSON.',
  },
  'bad-request': {
    status: 400,
    title: 'The request cannot be understood',
    meaning: 'The URL or the HTTP message itself is malformed.',
    detail: 'The URL is malformed.',
  },
  'route-not-found': {
    status: 404,
    title: 'No such path',
    meaning: 'Nothing is served at this path.',
    detail: 'Nothing is served at this path. /openapi.json lists what is.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not offered here',
    meaning: 'The path exists, but not with this method; the Allow header names those that it has.',
    detail: 'This path does not take PATCH.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning:
      'The body is over BODY_LIMIT_BYTES, 1 MiB unless the operator says otherwise, or over what a result of RESULT_MAX_BYTES needs where results are reported.',
    detail: 'The body is larger than 1048576 bytes.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of a type that is not read here',
    meaning: 'Bodies are JSON: send `Content-Type: application/json`.',
    detail: 'Send the body as application/json.',
  },
  'answer-too-large': {
    status: 422,
    title: 'The answer is too large',
    meaning:
      'The answer would be over ANSWER_MAX_BYTES, 4 MiB unless the operator says otherwise. Ask for a smaller page.',
    detail: 'The answer would have more than 4,194,304 bytes. Ask for a smaller page, with a smaller limit.',
  },
  'upgrade-required': {
    status: 426,
    title: 'This is a WebSocket',
    meaning: 'The path speaks the WebSocket protocol only.',
    detail: 'Open this path as a WebSocket.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    meaning: 'A defect of the platform. `instance` names the occurrence; the log has its cause under the same id.',
    detail: 'Something went wrong on our side. If you report it, name the instance.',
    members: { instance: 'urn:uuid:6f1c0b0e-58c4-4d5a-9a52-0c7b86f7a9d3' },
  },
  'too-many-streams': {
    status: 503,
    title: 'Too many streams are open',
    meaning: 'The caller’s address, or all callers together, hold as many streams of events as may be open at once.',
    detail: 'Too many streams are open. Close one first, or poll.',
  },
  'not-ready': {
    status: 503,
    title: 'The node is not ready',
    meaning: '`checks` names what is `down`; the node may also be starting, stopping or fenced.',
    detail: 'Not ready: database.',
    members: { checks: { database: 'down', bus: 'ok', schema: 'ok' } },
  },
} as const satisfies Record<string, ProblemKindDescription>;

type OwnProblemKind = keyof typeof OWN_PROBLEMS;

/** `agent_not_found` as a kind of problem: `agent-not-found`. */
type KindOf<Code extends string> = Code extends `${infer Head}_${infer Tail}` ? `${Head}-${KindOf<Tail>}` : Code;

export type ProblemKind = OwnProblemKind | KindOf<ErrorCode>;

/** The kind of problem that a domain error is. */
export const kindOf = (code: string): ProblemKind => code.replaceAll('_', '-') as ProblemKind;

const entries: readonly (readonly [ProblemKind, ProblemKindDescription])[] = [
  ...ERRORS.map((errorClass) => {
    const { code, status, title, description: meaning } = errorClass.row;
    const { detail, members } = toldOf(exampleOf(errorClass));
    return [kindOf(code), { status, title, meaning, detail, members }] as const;
  }),
  ...Object.entries(OWN_PROBLEMS).map(([kind, problem]) => [kind as OwnProblemKind, problem] as const),
];

/**
 * Every problem that an answer over REST can tell, by its kind and in the order of status codes. `type` is
 * `/docs#problem-<kind>`: a URI reference that leads to its description. Kinds are never renamed; clients may switch
 * on them.
 */
export const PROBLEMS = Object.fromEntries(
  entries.toSorted(([, one], [, other]) => one.status - other.status),
) as Readonly<Record<ProblemKind, ProblemKindDescription>>;

export const PROBLEM_KINDS = Object.keys(PROBLEMS) as readonly ProblemKind[];

/** The `type` of a problem: where its kind is described. */
export const problemType = (kind: ProblemKind): string => `/docs#problem-${kind}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
