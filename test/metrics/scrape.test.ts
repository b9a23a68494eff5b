import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  STANDUP,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { Scrape } from '../testkit/scrape.ts';

const METRICS = { METRICS_PORT: '0' };
const SUBMISSIONS = 'clawcierge_submissions_total';
const HTTP = 'clawcierge_http_request_duration_seconds_count';
const WITHIN_MS = 30_000;

describe('the metrics', () => {
  const platform = platformForFile({ env: METRICS });

  /** How much the series grew while the work was done. */
  async function growthOf(name: string, labels: Readonly<Record<string, string>>, work: () => Promise<unknown>) {
    const before = (await Scrape.of(platform)).value(name, labels);
    await work();
    return (await Scrape.of(platform)).value(name, labels) - before;
  }

  it('are valid, with the version that runs and the process behind it', async () => {
    const response = await fetch(platform.metricsUrl);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const scrape = new Scrape(await response.text());
    expect(scrape.series('clawcierge_build_info')).toMatchObject([
      { labels: { version: expect.stringMatching(/^\d/) }, value: 1 },
    ]);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect(scrape.series(name), name).toHaveLength(1);
    }
    expect(scrape.value('clawcierge_bus_up')).toBe(1);
    expect(scrape.value('clawcierge_nodes')).toBe(1);
    expect(scrape.value('clawcierge_open_ratio')).toBeLessThan(0.1);
    expect(scrape.value('clawcierge_database_pool_max_connections')).toBe(10);
  });

  it('count what becomes of a request, from its submission to its outcome', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const before = await Scrape.of(platform);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await complete(platform, agent, id, {});
    const after = await Scrape.of(platform);
    const grown = (name: string, labels = {}) => after.value(name, labels) - before.value(name, labels);
    expect(grown(SUBMISSIONS, { verdict: 'passed' })).toBe(1);
    expect(grown('clawcierge_deliveries_total')).toBe(1);
    expect(grown('clawcierge_redeliveries_total')).toBe(0);
    expect(grown('clawcierge_time_to_ack_seconds_count')).toBe(1);
    expect(grown('clawcierge_time_to_outcome_seconds_count')).toBe(1);
    expect(grown('clawcierge_outcomes_total', { status: 'COMPLETED' })).toBe(1);
    expect(grown(HTTP, { route: '/graphql', method: 'POST', status: '200' })).toBe(3);
    expect(grown('clawcierge_graphql_operations_total', { operation: 'mutation', outcome: 'data' })).toBe(3);
    expect(grown('clawcierge_batch_size_sum', { batch: 'new_requests' })).toBe(1);
    expect(grown('clawcierge_batch_size_sum', { batch: 'reports' })).toBe(2);
    expect(after.value('clawcierge_channels', { transport: 'graphql' })).toBeGreaterThanOrEqual(1);
    expect(after.value('clawcierge_sockets')).toBeGreaterThanOrEqual(1);
  });

  it('count what the pipeline denies and holds, by the stage and the kind', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const long = { params: { title: 'Sync', duration_minutes: 999 } };
    const denied = { verdict: 'denied', stage: 'capability_sandbox', kind: 'BROKEN_CONSTRAINT' };
    expect(await growthOf(SUBMISSIONS, denied, () => submit(platform, agent, sender, long))).toBe(1);
    await publishPolicies(platform, agent, {
      rules: [{ condition: "action == 'calendar.schedule'", action: 'REQUIRE_APPROVAL' }],
    });
    const held = { verdict: 'held', stage: 'policy_engine', kind: '' };
    expect(await growthOf(SUBMISSIONS, held, () => submit(platform, agent, sender))).toBe(1);
  });

  it('count submissions that end with an error by its code', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const refused = 'clawcierge_refused_submissions_total';
    const alone = () => submit(platform, agent, sender);
    const nobody = () => submit(platform, { handle: 'nobody.there' }, sender);
    expect(await growthOf(refused, { code: 'agent_not_connected' }, alone)).toBe(1);
    expect(await growthOf(refused, { code: 'agent_not_found' }, nobody)).toBe(1);
  });

  it('count what is delivered again, and what is cancelled and expires', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await first.received(id);
    const again = async () => {
      await first.close();
      await (await openChannel(platform, agent)).received(id);
    };
    expect(await growthOf('clawcierge_redeliveries_total', {}, again)).toBe(1);
    const cancel = () => mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    expect(await growthOf('clawcierge_cancelled_requests_total', {}, cancel)).toBe(1);
    const expire = async () => {
      const short = await submitAccepted(platform, agent, sender, { expiresInSeconds: 1 });
      await untilStatus(platform, short.id, sender, 'TIMEOUT', WITHIN_MS);
    };
    expect(await growthOf('clawcierge_expired_requests_total', {}, expire)).toBe(1);
  });

  it('say how many requests are open, and how long the oldest has waited', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await eventually(async () => {
      const scrape = await Scrape.of(platform);
      expect(scrape.value('clawcierge_open_requests', { status: 'PENDING' })).toBe(1);
      expect(scrape.value('clawcierge_oldest_pending_seconds')).toBeGreaterThan(0);
    }, WITHIN_MS);
  });

  it('leave out what a caller asked to wait for', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const path = `/v1/agents/${agent.handle}/requests`;
    const body = { action: STANDUP.action, params: STANDUP.params, when_offline: 'queue' };
    const before = (await Scrape.of(platform)).value('clawcierge_http_request_duration_seconds_sum', { status: '202' });
    const begun = performance.now();
    const answer = await rest(platform, 'POST', path, { key: sender.apiKey, body, headers: { prefer: 'wait=2' } });
    const seconds = (performance.now() - begun) / 1_000;
    expect(answer.headers.get('preference-applied')).toBe('wait=2');
    const after = (await Scrape.of(platform)).value('clawcierge_http_request_duration_seconds_sum', { status: '202' });
    expect(after - before).toBeLessThanOrEqual(seconds - 1.99);
  });

  it('count documents that are refused, and operations whose answer has errors', async () => {
    const operations = 'clawcierge_graphql_operations_total';
    const refused = () => send(platform, '{ nothing }');
    expect(await growthOf(operations, { operation: 'none', outcome: 'errors' }, refused)).toBe(1);
    const failing = () => send(platform, 'query ($id: ID!) { agent(id: $id) { id } }');
    expect(await growthOf(operations, { operation: 'query', outcome: 'errors' }, failing)).toBe(1);
  });

  it('have no more series after a thousand odd paths, methods, names and handles', async () => {
    const odd = async (at: number) => {
      const text = `odd-${at}-${'x'.repeat(at % 50)}`;
      const method = ['PROPFIND', 'PURGE', 'REPORT', 'MKCOL', 'PUT', 'DELETE', 'POST', 'GET'][at % 8] ?? 'GET';
      await fetch(`${platform.url}/${text}?${text}=${at}`, { method });
      await fetch(`${platform.url}/v1/agents/${text}`, { method: at % 2 ? 'GET' : 'PATCH' });
      await fetch(`${platform.url}/v1/requests/${text}`, { headers: { authorization: `Bearer ${text}` } });
      await send(platform, `query Odd${at} { agents(handle: "${text}") { totalCount } }`);
      await send(platform, `query Named${at} { __typename }`);
    };
    const all = async (from: number, to: number) => {
      for (let at = from; at < to; at += 10) await Promise.all(Array.from({ length: 10 }, (_, more) => odd(at + more)));
    };
    await all(0, 20);
    const count = async () => [...(await Scrape.of(platform)).families.values()].flatMap(({ series }) => series);
    const before = await count();
    await all(20, 220);
    const after = await count();
    // What the process says of itself, such as its kinds of handles, is none of a stranger's doing.
    const ours = (series: typeof after) => series.filter(({ name }) => name.startsWith('clawcierge_'));
    expect(ours(after).length).toBe(ours(before).length);
    expect(JSON.stringify(after)).not.toMatch(/odd/i);
  });

  it('are all that their port serves', async () => {
    const { origin } = new URL(platform.metricsUrl);
    expect((await fetch(`${origin}/`)).status).toBe(404);
    expect((await fetch(`${origin}/metrics/x`)).status).toBe(404);
    expect((await fetch(platform.metricsUrl, { method: 'POST' })).status).toBe(405);
    const head = await fetch(platform.metricsUrl, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${platform.metricsUrl}?a=1`)).status).toBe(200);
  });

  it('are not on the port that everybody reaches', async () => {
    expect((await fetch(`${platform.url}/metrics`)).status).toBe(404);
  });
});

describe('metrics with a token', () => {
  const token = 'f4c9b1d2-a-token-for-the-test';

  it('are read by who sends it, also on the public port where that is wanted', async () => {
    const platform = await platformForTest({
      env: { ...METRICS, METRICS_TOKEN: token, METRICS_ON_PUBLIC_PORT: 'true' },
    });
    for (const url of [platform.metricsUrl, `${platform.url}/metrics`]) {
      for (const authorization of [undefined, 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
        const refused = await fetch(url, { headers: authorization ? { authorization } : {} });
        expect(refused.status, `${url} ${authorization}`).toBe(401);
        expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
        expect(await refused.text()).not.toMatch(/clawcierge_/);
      }
      const read = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      expect(read.status).toBe(200);
      new Scrape(await read.text());
    }
  });
});

describe('metrics that nobody asked for', () => {
  it('are served nowhere', async () => {
    const platform = await platformForTest();
    expect(platform.metricsUrl).toBe('');
    expect((await fetch(`${platform.url}/metrics`)).status).toBe(404);
    expect(await ask(platform, '{ __typename }')).toEqual({ __typename: 'Query' });
  });
});

describe('metrics of requests that nobody acknowledges', () => {
  it('count what is given up', async () => {
    const env = { ...METRICS, DELIVERY_ACK_TIMEOUT_SECONDS: '0.2', DELIVERY_MAX_ATTEMPTS: '1' };
    const platform = await platformForTest({ env });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await untilStatus(platform, id, sender, 'FAILED', WITHIN_MS);
    expect((await Scrape.of(platform)).value('clawcierge_undeliverable_requests_total')).toBe(1);
  });
});
