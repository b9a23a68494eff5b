import { expect } from 'vitest';
import type { TestPlatform } from '../testkit/platform.ts';
import { expectLimitsTold } from '../testkit/rate-limits.ts';

export type RestAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  readonly body: any;
};

type Options = {
  readonly key?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/** Sends one request over REST and answers whatever comes. */
export async function rest(
  platform: Pick<TestPlatform, 'url'>,
  method: string,
  path: string,
  { key, body, headers = {}, signal = AbortSignal.timeout(20_000) }: Options = {},
): Promise<RestAnswer> {
  const response = await fetch(platform.url + path, {
    method,
    signal,
    redirect: 'manual',
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // Whatever is asked here of a limited route is read by a parser that is not ours.
  if (response.headers.has('ratelimit') || response.headers.has('ratelimit-policy')) expectLimitsTold(response);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

/** RFC 9457: the body says what the status says, and is of the media type. Answers the kind. */
export function expectProblem(answer: RestAnswer, status: number, kind?: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(answer.body).toMatchObject({
    status,
    type: kind === undefined ? expect.stringMatching(/^\/docs#problem-/) : `/docs#problem-${kind}`,
    title: expect.stringMatching(/\S/),
    detail: expect.stringMatching(/\S/),
  });
}

/** The sample of the walkthrough. */
export const CALENDAR = {
  action: 'calendar.schedule',
  description: 'Schedules a meeting',
  params_schema: {
    type: 'object',
    required: ['title', 'duration_minutes'],
    properties: { title: { type: 'string' }, duration_minutes: { type: 'integer', minimum: 15 } },
  },
  constraints: { max_duration_minutes: 120 },
};
