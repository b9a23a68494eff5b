import { readFileSync } from 'node:fs';
import { cursorOf } from '../src/transport/cursors.ts';
import { DAYS, type HeavyParties } from './fill-requests.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Whoever reads. */
export type Readers = {
  readonly url: string;
  readonly adminPassword: string;
  readonly heavy: HeavyParties & { readonly agentKey: string; readonly senderKey: string };
};

/** What people and programs look at, by its name: each is asked for as the admin UI, or a program, asks for it. */
export type Reads = Readonly<Record<string, () => Promise<unknown>>>;

/** The documents of the admin UI, each with all of its operations. */
const documentOf = (name: string): string =>
  readFileSync(new URL(`../admin-ui/src/graphql/${name}.graphql`, import.meta.url), 'utf8');
const [REQUESTS, AGENTS, PLATFORM] = ['requests', 'agents', 'platform'].map(documentOf);

const OF_AGENT = `query ($first: Int, $after: String, $status: [RequestStatus!]) {
  requests(first: $first, after: $after, status: $status) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { id status action params createdAt } } } }`;

const OPEN = ['PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED'];

export async function createReads({ url, adminPassword, heavy }: Readers): Promise<Reads> {
  const admin = await signIn(url, adminPassword);
  const graphql = async (
    headers: object,
    query: string | undefined,
    operationName: string | null,
    variables: object,
  ) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, operationName, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return Object.values(data)[0];
  };
  const requests = (filter: object) => () => graphql(admin, REQUESTS, 'Requests', { first: 25, ...filter });
  const agents = (order: object) => () =>
    graphql(admin, AGENTS, 'Agents', { since: daysAgo(1), page: 1, pageSize: 20, ...order });
  const overview = (days: number, buckets: number) => () =>
    graphql(admin, PLATFORM, 'Overview', windowOf(days, buckets));
  const ofAgent = (filter: object) => () =>
    graphql({ authorization: `Bearer ${heavy.agentKey}` }, OF_AGENT, null, { first: 20, ...filter });
  const rest = (key: string, query: string) => async () => {
    const response = await fetch(`${url}/v1/requests?${query}`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return response.json();
  };

  const day = { submittedFrom: daysAgo(DAYS / 2), submittedBefore: daysAgo(DAYS / 2 - 1) };
  const later = cursorAt(DAYS / 2);
  const restDay = `created_after=${day.submittedFrom}&created_before=${day.submittedBefore}`;
  return {
    'admin: requests': requests({}),
    'admin: requests, a later page': requests({ after: later }),
    'admin: by status, unfinished': requests({ status: OPEN }),
    'admin: by status, failed': requests({ status: ['FAILED'] }),
    'admin: by status, failed, a later page': requests({ status: ['FAILED'], after: later }),
    'admin: by handle': requests({ handle: heavy.handle }),
    'admin: by handle, a later page': requests({ handle: heavy.handle, after: later }),
    'admin: by handle and status': requests({ handle: heavy.handle, status: ['TIMEOUT'] }),
    'admin: by a rare action': requests({ action: 'rare.action' }),
    'admin: by sender': requests({ senderId: heavy.senderId }),
    'admin: by day': requests(day),
    'admin: by day and status': requests({ ...day, status: ['FAILED'] }),
    'admin: of the last 7 days': requests({ submittedFrom: daysAgo(7) }),
    'overview, 1 hour': overview(1 / 24, 60),
    'overview, 24 hours': overview(1, 48),
    'overview, 7 days': overview(7, 56),
    'overview, 30 days': overview(30, 60),
    'overview, 90 days': overview(90, 90),
    'agents, newest': agents({ orderBy: 'NEWEST', descending: true }),
    'agents, busiest': agents({ orderBy: 'REQUESTS', descending: true }),
    'agents, failing most': agents({ orderBy: 'FAILURES', descending: true }),
    "agent's own requests": ofAgent({}),
    "agent's own, failed": ofAgent({ status: ['FAILED'] }),
    "agent's own, unfinished": ofAgent({ status: OPEN }),
    'REST: of a sender': rest(heavy.senderKey, ''),
    'REST: of a sender, a later page': rest(heavy.senderKey, `cursor=${later}`),
    'REST: of a sender, failed': rest(heavy.senderKey, 'status=failed'),
    'REST: of a sender, to one agent': rest(heavy.senderKey, 'agent=agent.5'),
    'REST: of a sender, by day': rest(heavy.senderKey, restDay),
    'REST: of an agent': rest(heavy.agentKey, ''),
    'REST: of an agent, by day': rest(heavy.agentKey, restDay),
  };
}

/** Signs an administrator in; answers what then goes with each call. */
async function signIn(url: string, password: string): Promise<Readonly<Record<string, string>>> {
  const own = { origin: url, 'sec-fetch-site': 'same-origin' };
  const body = new URLSearchParams({ password });
  const response = await fetch(`${url}/admin/login`, { method: 'POST', redirect: 'manual', headers: own, body });
  const [cookie] = response.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`the login answered ${response.status}`);
  return { ...own, cookie: cookie.split(';', 1)[0] ?? '' };
}

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

/** The cursor of a request of that time, whether there is one or not. */
function cursorAt(days: number): string {
  const time = (Date.now() - days * DAY_MS).toString(16).padStart(12, '0');
  return cursorOf(`${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`);
}

/** As the admin UI asks for it: the end is the end of the current bucket. */
function windowOf(days: number, buckets: number) {
  const bucketMs = (days * DAY_MS) / buckets;
  const to = (Math.floor(Date.now() / bucketMs) + 1) * bucketMs;
  return { from: new Date(to - days * DAY_MS).toISOString(), to: new Date(to).toISOString(), buckets };
}
