import type { Fetcher, FetcherReturnType } from '@graphiql/toolkit';
import { type Caller, keysStore, takeKeysFrom } from './keys.ts';
import { operationNameOf, operationOf } from './operation.ts';
import { streams } from './streams.ts';

const ENDPOINT = new URL('/graphql', location.href).href;

/**
 * How GraphiQL asks the platform. Whose key is sent: an authorization in the Headers pane counts most, then the line
 * "# as the agent" above the operation, then what is chosen under Keys.
 */
export const fetcher: Fetcher = (said, { headers: pane = {} } = {}) => {
  const params = { ...said, operationName: operationNameOf(said.query, said.operationName) };
  const operation = operationOf(params.query, params.operationName);
  const headers = withKey(pane, operation?.caller ?? keysStore.get().caller);
  if (!operation?.isSubscription) return post(params, headers);
  // Its type has three ways to subscribe, of which GraphiQL uses one.
  return streams.open(ENDPOINT.replace(/^http/, 'ws'), operation.name, headers, params) as FetcherReturnType;
};

function withKey(pane: Readonly<Record<string, string>>, caller: Caller): Record<string, string> {
  const isSaid = Object.keys(pane).some((name) => name.toLowerCase() === 'authorization');
  const key = caller === 'nobody' ? '' : keysStore.get()[caller];
  return isSaid || key === '' ? { ...pane } : { ...pane, authorization: `Bearer ${key}` };
}

async function post(params: object, headers: Readonly<Record<string, string>>) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  const answer = jsonOf(text);
  if (answer === undefined) throw new Error(`The platform answered ${response.status}: ${text.slice(0, 500)}`);
  takeKeysFrom(answer);
  return answer;
}

function jsonOf(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
