import createClient from 'openapi-fetch';
import type { paths } from './generated/api.ts';

type Outcome = { readonly status: string; readonly result: unknown };
type Refusal = {
  readonly kind: string | undefined;
  readonly paths: readonly string[];
  readonly warned: readonly string[];
};

/** What a newcomer writes with a generated client. That it compiles says as much as that it works. */
export async function walkthrough(
  url: string,
  answer: (agent: { id: string; handle: string; apiKey: string }, requestId: string) => Promise<void>,
): Promise<{ readonly outcome: Outcome; readonly refusal: Refusal }> {
  const client = createClient<paths>({ baseUrl: url });
  const withKey = (apiKey: string) => ({ headers: { authorization: `Bearer ${apiKey}` } });

  const handle = `generated.${crypto.randomUUID().slice(0, 8)}`;
  const { id, api_key: apiKey } = taken(
    await client.POST('/v1/agents', { body: { display_name: 'Generated', handle } }),
  );
  const params_schema = { type: 'object', required: ['title'], properties: { title: { type: 'string' } } };
  await client.PUT('/v1/agents/{id}/capabilities', {
    ...withKey(apiKey),
    params: { path: { id } },
    body: { capabilities: [{ action: 'notes.add', params_schema, constraints: { max_length: 5 } }] },
  });
  await client.PUT('/v1/agents/{id}/policies', {
    ...withKey(apiKey),
    params: { path: { id } },
    body: { rules: [{ condition: 'False', action: 'reject', reason: 'Never' }] },
  });

  const sender = taken(await client.POST('/v1/senders', { body: { display_name: 'Sally' } }));
  const request = taken(
    await client.POST('/v1/agents/{handle}/requests', {
      ...withKey(sender.api_key),
      params: { path: { handle } },
      body: { action: 'notes.add', params: { title: 'x', nested: { a: [1] } }, when_offline: 'queue' },
    }),
  );
  // @ts-expect-error: answers are typed, so what compiles here is there.
  void request.nothing;
  await answer({ id, handle, apiKey }, request.id);
  const { status, result } = taken(
    await client.GET('/v1/requests/{id}', {
      ...withKey(sender.api_key),
      params: { path: { id: request.id }, header: { prefer: 'wait=20' } },
    }),
  );

  const { error: problem } = await client.POST('/v1/agents/{handle}/requests', {
    ...withKey(sender.api_key),
    params: { path: { handle } },
    // openapi-fetch lets members pass that the type does not have.
    body: { action: 'notes.add', parms: {} },
  });
  return {
    outcome: { status, result },
    refusal: {
      kind: problem?.kind,
      paths: (problem?.errors ?? []).map(({ path }) => path),
      warned: (problem?.warnings ?? []).map(({ path }) => path),
    },
  };
}

function taken<Data>({ data, error }: { data?: Data; error?: { readonly detail: string } }): Data {
  if (data === undefined) throw new Error(error?.detail ?? 'nothing was answered');
  return data;
}
