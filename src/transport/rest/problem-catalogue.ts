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

/**
 * Every problem that an answer over REST can tell. `type` is `/docs#problem-<kind>`: a URI reference that leads to
 * its description. Kinds are never renamed; clients may switch on them.
 */
export const PROBLEMS = {
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
  unauthenticated: {
    status: 401,
    title: 'A valid API key is needed',
    meaning: 'There is no key, or it is unknown, revoked or expired. Send it as `Authorization: Bearer <key>`.',
    detail: 'A valid API key is needed: send it as "Authorization: Bearer <key>".',
  },
  forbidden: {
    status: 403,
    title: 'The key does not allow this',
    meaning: 'The key is valid, but of the wrong kind or of another agent.',
    detail: "This needs that agent's own API key.",
  },
  'agent-not-found': {
    status: 404,
    title: 'No such agent',
    meaning: 'Nobody has this id or handle.',
    detail: 'There is no such agent.',
  },
  'request-not-found': {
    status: 404,
    title: 'No such request',
    meaning: 'There is no request of this id, or it is not the caller’s; the two are not told apart.',
    detail: 'There is no such request.',
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
  'handle-taken': {
    status: 409,
    title: 'The handle is taken',
    meaning: 'Another agent has the handle. Choose another one.',
    detail: 'The handle "marius.exec" is taken.',
    members: { handle: 'marius.exec' },
  },
  'request-finished': {
    status: 409,
    title: 'The request is already final',
    meaning: 'It has its outcome, was cancelled, rejected, or has expired. Final states never change.',
    detail: 'The request is already completed.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body is over BODY_LIMIT_BYTES, 1 MiB unless the operator says otherwise.',
    detail: 'The body is larger than 1048576 bytes.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of a type that is not read here',
    meaning: 'Bodies are JSON: send `Content-Type: application/json`.',
    detail: 'Send the body as application/json.',
  },
  'invalid-input': {
    status: 422,
    title: 'The input is not valid',
    meaning: 'Every problem is listed in `errors`, each with the path of the field and what is wrong with it.',
    detail: 'The input has 2 problems.',
    members: {
      errors: [
        { path: 'display_name', message: 'is required' },
        { path: 'handle', message: 'must be 3 to 64 characters of a–z, 0–9 and "."' },
      ],
    },
  },
  'request-rejected': {
    status: 422,
    title: 'The pipeline rejected the request',
    meaning:
      '`stage` says where and `detail` why. The request is kept as `rejected` under `request_id`, where its sender can read it.',
    detail: 'The request was rejected by policy_engine: Sender is blocked',
    members: { stage: 'policy_engine', request_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' },
  },
  'upgrade-required': {
    status: 426,
    title: 'This is a WebSocket',
    meaning: 'The path speaks the WebSocket protocol only.',
    detail: 'Open this path as a WebSocket.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'A rate limit was reached. Try again after `Retry-After` seconds.',
    detail: 'Too many requests. Try again in 12 s.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    meaning: 'A defect of the platform. `instance` names the occurrence; the log has its cause under the same id.',
    detail: 'Something went wrong on our side. If you report it, name the instance.',
    members: { instance: 'urn:uuid:6f1c0b0e-58c4-4d5a-9a52-0c7b86f7a9d3' },
  },
  'agent-not-connected': {
    status: 503,
    title: 'The agent is not connected',
    meaning:
      'The agent holds no channel, and the request is not to be queued; nothing was kept. Try again later, or send `"when_offline": "queue"`.',
    detail: 'The agent is not connected. Try again later, or send "when_offline": "queue" to leave the request for it.',
  },
  unavailable: {
    status: 503,
    title: 'The platform cannot answer now',
    meaning: 'The database cannot be reached, or this node is shutting down. Try again after `Retry-After` seconds.',
    detail: 'The platform cannot reach its database. Try again in a moment.',
  },
  'not-ready': {
    status: 503,
    title: 'The node is not ready',
    meaning: '`checks` names what is not `ok`.',
    detail: 'Not ready: database.',
    members: { checks: { database: 'down', bus: 'ok' } },
  },
} as const satisfies Record<string, ProblemKindDescription>;

export type ProblemKind = keyof typeof PROBLEMS;

export const PROBLEM_KINDS = Object.keys(PROBLEMS) as readonly ProblemKind[];

/** The `type` of a problem: where its kind is described. */
export const problemType = (kind: ProblemKind): string => `/docs#problem-${kind}`;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
