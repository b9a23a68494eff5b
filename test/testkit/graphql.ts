import { randomBytes } from 'node:crypto';
import { getNamedType, isUnionType } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { expect, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { ErrorField } from '../../src/domain/domain-error.ts';
import { ERRORS } from '../../src/domain/error-registry.ts';
import { schema } from '../../src/transport/graphql/schema.ts';
import { Mailbox } from './mailbox.ts';
import type { TestPlatform } from './platform.ts';

/** Whose credential a call carries: an API key, an admin's cookie, or nobody's. */
export type Credential = { readonly apiKey?: string; readonly cookie?: string };

export type GraphQLAnswer = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asked for, it knows the shape of
  readonly data: any;
  readonly errors:
    | readonly {
        readonly message: string;
        readonly path?: readonly (string | number)[];
        readonly extensions?: Record<string, unknown>;
      }[]
    | undefined;
};

const headersOf = ({ apiKey, cookie }: Credential) => ({
  ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  ...(cookie !== undefined && { cookie }),
});

/** Sends one operation by HTTP POST and answers whatever comes. */
export async function send(
  platform: Pick<TestPlatform, 'url'>,
  query: string,
  variables: object = {},
  credential: Credential = {},
): Promise<GraphQLAnswer> {
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headersOf(credential) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(20_000),
  });
  const { data, errors } = (await response.json()) as Pick<GraphQLAnswer, 'data' | 'errors'>;
  return { status: response.status, headers: response.headers, data, errors };
}

/** The data of an operation that must not fail. */
export async function ask(
  platform: Pick<TestPlatform, 'url'>,
  query: string,
  variables: object = {},
  credential: Credential = {},
) {
  const { data, errors } = await send(platform, query, variables, credential);
  expect(errors, JSON.stringify(errors)).toBeUndefined();
  return data;
}

/** What each domain error has besides its message. */
const DETAILS: Readonly<Record<string, string>> = Object.fromEntries(
  ERRORS.filter(({ row }) => row.fields !== undefined).map(({ name, row }) => [
    name,
    Object.entries<ErrorField>(row.fields ?? {})
      .map(([field, { type }]) => (type === 'issues' ? `${field} { path message }` : field))
      .join(' '),
  ]),
);

/** Selects everything that the mutation's errors tell. */
function errorsOf(field: string): string {
  const answer = schema.getMutationType()?.getFields()[field]?.type;
  const union = answer && getNamedType(answer);
  const members = isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
  const details = members.filter((name) => name in DETAILS).map((name) => `... on ${name} { ${DETAILS[name]} }`);
  return ['... on DomainError { message }', ...details].join(' ');
}

/** What the mutation takes as `input`. */
export function inputTypeOf(field: string): string {
  const input = schema
    .getMutationType()
    ?.getFields()
    [field]?.args.find(({ name }) => name === 'input');
  return String(input?.type);
}

const capitalised = (field: string) => field.charAt(0).toUpperCase() + field.slice(1);

/** Runs a mutation and answers the member of its union, with `__typename`. */
export async function mutate(
  platform: Pick<TestPlatform, 'url'>,
  field: string,
  input: object,
  selection: string,
  credential: Credential = {},
) {
  const type = capitalised(field);
  const query = `mutation ($input: ${inputTypeOf(field)}) { ${field}(input: $input) {
    __typename ... on ${type}Success { ${selection} } ${errorsOf(field)} } }`;
  return (await ask(platform, query, { input }, credential))[field];
}

/** The same for a mutation that must succeed. */
export async function mutateSuccessfully(
  platform: Pick<TestPlatform, 'url'>,
  field: string,
  input: object,
  selection: string,
  credential: Credential = {},
) {
  const answer = await mutate(platform, field, input, selection, credential);
  expect(answer.__typename, JSON.stringify(answer)).toBe(`${capitalised(field)}Success`);
  return answer;
}

/** One subscription over a socket of its own; ended when the test is over. */
export class Subscription {
  // biome-ignore lint/suspicious/noExplicitAny: what a test subscribed to, it knows the shape of
  readonly events = new Mailbox<any>();
  readonly #client: Client;
  readonly #unsubscribe: () => void;

  static open(platform: Pick<TestPlatform, 'socketUrl'>, query: string, variables: object, credential: Credential) {
    const subscription = new Subscription(platform, query, variables, credential);
    onTestFinished(() => subscription.close());
    return subscription;
  }

  constructor(
    platform: Pick<TestPlatform, 'socketUrl'>,
    query: string,
    variables: object,
    { apiKey, cookie }: Credential,
  ) {
    const headers = cookie === undefined ? {} : { cookie };
    this.#client = createClient({
      url: `${platform.socketUrl}/graphql`,
      webSocketImpl: class extends WebSocket {
        constructor(url: string, protocols: string | string[]) {
          super(url, protocols, { headers });
        }
      },
      connectionParams: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      retryAttempts: 0,
    });
    this.#unsubscribe = this.#client.subscribe(
      { query, variables: { ...variables } },
      {
        next: ({ data, errors }) => {
          if (errors) this.events.end({ errors });
          else this.events.put(Object.values(data ?? {})[0]);
        },
        error: (error) => this.events.end({ error: describe(error) }),
        complete: () => this.events.end({ complete: true }),
      },
    );
  }

  /** What another operation over the same socket answers, for as long as the subscription is open. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test asked for, it knows the shape of
  also(query: string, variables: object): Mailbox<any> {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const answers = new Mailbox<any>();
    this.#client.subscribe(
      { query, variables: { ...variables } },
      {
        next: ({ data, errors }) => answers.put(errors ? { errors } : Object.values(data ?? {})[0]),
        error: (error) => answers.end({ error: describe(error) }),
        complete: () => answers.end({ complete: true }),
      },
    );
    return answers;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#client.dispose();
  }
}

function describe(error: unknown): unknown {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return { code: error.code, reason: 'reason' in error ? error.reason : undefined };
  }
  return error instanceof Error ? error.message : error;
}

/** A handle that no other test uses. */
export const uniqueHandle = (stem = 'agent') => `${stem}.${randomBytes(6).toString('hex')}`;
