import type { FastifyInstance, FastifyRequest, FastifySchema, preSerializationHookHandler } from 'fastify';
import { closestName } from '../../domain/closest-name.ts';
import type { InputIssue } from '../../domain/errors.ts';
import { pathText } from '../../domain/json/json-problem.ts';

/** More are not named: who sends so many of them has enough to begin with. */
const WARNINGS_MAX = 20;

/**
 * Names what a request has that is none of its fields, in `warnings` of the answer: such members are ignored, and who
 * misspelt one would not notice. Of the operations below `/v1/`: what a health check answers is compared whole. Call it
 * before the routes are added.
 */
export function warnOfUnknownMembers(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/') || route.schema?.hide) return;
    const places = placesOf(route.schema ?? {});
    // Problems pass it, too; streams do not.
    const warn: preSerializationHookHandler<unknown> = (request, _reply, payload, done) => {
      const found = warningsOf(request, places);
      done(null, found.length > 0 && isRecord(payload) ? withWarnings(payload, found) : payload);
    };
    route.preSerialization = [route.preSerialization ?? [], warn].flat();
  });
}

function withWarnings(payload: Readonly<Record<string, unknown>>, found: readonly InputIssue[]) {
  const { warnings } = payload;
  return { ...payload, warnings: Array.isArray(warnings) ? [...warnings, ...found] : found };
}

/** What is ours in a value: the members of an object, or the items of a list. What is the caller's own has no shape. */
type Shape = { readonly members?: Members; readonly item?: Shape };
type Members = ReadonlyMap<string, Shape | null>;

type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
};

/** Where a request has fields, and which. */
type Places = { readonly body: Shape | null; readonly query: Members; readonly headers: Members };

function placesOf({ body, querystring, headers }: FastifySchema): Places {
  const membersOf = (schema: unknown): Members => (schema ? shapeOf(schema)?.members : undefined) ?? new Map();
  return { body: body ? shapeOf(body) : null, query: membersOf(querystring), headers: membersOf(headers) };
}

function shapeOf({ properties, items }: JsonSchema): Shape | null {
  if (properties) {
    return { members: new Map(Object.entries(properties).map(([name, schema]) => [name, shapeOf(schema)])) };
  }
  const item = items ? shapeOf(items) : null;
  return item && { item };
}

/** A member that the schema does not have, and those that it has there. */
type Unknown = { readonly path: readonly (string | number)[]; readonly name: string; readonly known: Members };

function* unknownIn(value: unknown, shape: Shape, path: Unknown['path'] = []): Generator<Unknown> {
  const { members, item } = shape;
  if (item && Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* unknownIn(each, item, [...path, index]);
  } else if (members && isRecord(value)) {
    for (const name of Object.keys(value)) {
      const inner = members.get(name);
      if (inner === undefined) yield { path: [...path, name], name, known: members };
      else if (inner !== null) yield* unknownIn(value[name], inner, [...path, name]);
    }
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function warningsOf(request: FastifyRequest, places: Places): readonly InputIssue[] {
  const found: InputIssue[] = [];
  for (const warning of eachWarning(request, places)) if (found.push(warning) === WARNINGS_MAX) break;
  return found;
}

function* eachWarning({ body, query }: FastifyRequest, places: Places): Generator<InputIssue> {
  yield* inBody(body, places);
  yield* inQuery(query, places);
}

function* inBody(body: unknown, { body: shape, query, headers }: Places): Generator<InputIssue> {
  if (!shape) return;
  for (const { path, name, known } of unknownIn(body, shape)) {
    const elsewhere = path.length === 1 ? meant(name, query, PARAMETER) || meant(name, headers, HEADER) : '';
    const hint = meant(name, known) || elsewhere;
    yield { path: pathText(path), message: `is not a field of this request${hint}` };
  }
}

function* inQuery(query: unknown, { body, query: parameters, headers }: Places): Generator<InputIssue> {
  for (const { path, name, known } of unknownIn(query, { members: parameters })) {
    const hint = meant(name, known) || meant(name, body?.members, IN_BODY) || meant(name, headers, HEADER);
    yield { path: pathText(path), message: `is not a query parameter of this request${hint}` };
  }
}

const PARAMETER = (name: string) => `the query parameter "${name}"`;
const HEADER = (name: string) => `the header field "${name}"`;
const IN_BODY = (name: string) => `"${name}" in the body`;

/** What was probably meant, as the end of a sentence. */
function meant(name: string, members: Members = new Map(), wordsOf = (closest: string) => `"${closest}"`): string {
  const closest = members.has(name) ? name : closestName(name, members.keys());
  return closest === null ? '' : `; did you mean ${wordsOf(closest)}?`;
}
