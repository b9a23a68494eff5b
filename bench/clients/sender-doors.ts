import { ACTION } from '../parties.ts';
import type { HttpAnswer, HttpConnection } from './http-connection.ts';
import type { AgentParty, DoorName, Params } from './messages.ts';

/** A request as its sender is told of it. */
export type Told = { readonly id: string; readonly status: string; readonly result: unknown };

/** How senders submit and read. */
export type SenderDoor = {
  submit(connection: HttpConnection, agent: AgentParty, params: Params): Promise<Told>;
  read(connection: HttpConnection, id: string): Promise<Told>;
};

const restDoor = (apiKey: string, isWaiting: boolean): SenderDoor => {
  const headers = `Authorization: Bearer ${apiKey}\r\n`;
  const submitting = isWaiting ? `${headers}Prefer: wait=30\r\n` : headers;
  return {
    async submit(connection, { handle }, params) {
      const body = JSON.stringify({ action: ACTION, params });
      return told(await connection.request('POST', `/v1/agents/${handle}/requests`, submitting, body));
    },
    read: async (connection, id) => told(await connection.request('GET', `/v1/requests/${id}`, headers)),
  };
};

function told({ status, body }: HttpAnswer): Told {
  if (status !== 200 && status !== 202) throw new Error(`answered ${status}`);
  return JSON.parse(body) as Told;
}

/** What REST shows of a request. */
const FIELDS = 'id status action createdAt updatedAt expiresAt result error { code message }';
const SUBMIT = `mutation Submit($input: SubmitRequestInput!) {
  submitRequest(input: $input) { __typename ... on SubmitRequestSuccess { request { ${FIELDS} } } }
}`;
const READ = `query Read($id: ID!) { request(id: $id) { ${FIELDS} } }`;

type GraphqlAnswer = {
  readonly data?: { readonly submitRequest?: { readonly request?: Told }; readonly request?: Told | null } | null;
};

const graphqlDoor = (apiKey: string): SenderDoor => {
  const headers = `Authorization: Bearer ${apiKey}\r\n`;
  const ask = async (connection: HttpConnection, query: string, variables: object): Promise<Told> => {
    const { status, body } = await connection.request(
      'POST',
      '/graphql',
      headers,
      JSON.stringify({ query, variables }),
    );
    const { data } = JSON.parse(body) as GraphqlAnswer;
    const request = data?.submitRequest?.request ?? data?.request;
    if (!request) throw new Error(`answered ${status} without a request`);
    return { ...request, status: request.status.toLowerCase() };
  };
  return {
    submit: (connection, { handle }, params) => ask(connection, SUBMIT, { input: { handle, action: ACTION, params } }),
    read: (connection, id) => ask(connection, READ, { id }),
  };
};

/** @param isWaiting whether a submission is answered with the outcome (REST's `Prefer: wait`) */
export const senderDoor = (door: DoorName, apiKey: string, isWaiting: boolean): SenderDoor =>
  door === 'rest' ? restDoor(apiKey, isWaiting) : graphqlDoor(apiKey);
