// Benchmark: how long an honest sender waits for an agent that does one request at a time, with a stranger's before it.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { ClawciergeClient } from '../agent-sdk/src/index.ts';
import { ACTION, ask } from './parties.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { busOf, Stand } from './stand.ts';
import { startOurs } from './system.ts';

const { values } = parseArgs({
  options: {
    /** Of the stranger, unfinished whenever the honest sender submits. */
    before: { type: 'string', default: '200' },
    /** How long the agent works on each request, in milliseconds. */
    think: { type: 'string', default: '200' },
    /** Of the honest sender, one after the other. */
    samples: { type: 'string', default: '20' },
    /** With two of them the agent is on the first, and the senders are on the last. */
    nodes: { type: 'string', default: '1' },
    bus: { type: 'string', default: 'postgres' },
    ...REPORT_OPTIONS,
  },
});
const thinkMs = Number(values.think);
const samples = Number(values.samples);
const WARM_UP = 5;
/** Requests that are submitted, or cancelled, at a time. */
const AT_ONCE = 8;

const report = new Report('fair', values);
const stand = await Stand.begin({ withRedis: busOf(values.bus) === 'redis' });
try {
  const system = await startOurs(stand, {
    nodes: Number(values.nodes),
    agents: 1,
    // One sender may have an eighth of them waiting.
    settings: { QUEUED_REQUESTS_PER_AGENT_MAX: String(Math.max(1_000, 8 * Number(values.before))) },
  });
  const [agentsUrl = '', url = agentsUrl] = [system.urls[0], system.urls.at(-1)];
  const [{ handle, apiKey } = { handle: '', apiKey: '' }] = system.parties.agents;
  const stranger = await ask(url, 'POST', '/v1/senders', { display_name: 'A stranger' });
  /** How often the handler was called for each request. */
  const ran = new Map<string, number>();
  const onLine = (line: string) => {
    const [, id = ''] = line.split(' ');
    ran.set(id, (ran.get(id) ?? 0) + 1);
  };
  await stand.startAgent('agent', { url: agentsUrl, apiKey, concurrency: 1, onLine });
  await using client = new ClawciergeClient({ url, apiKey: system.parties.senderKey });

  let number = 0;
  const next = () => {
    number += 1;
    return { number, think_ms: thinkMs };
  };
  let failed = 0;
  /** From submitting to the result, which the sender waits for. */
  const honest = async (): Promise<number> => {
    const at = performance.now();
    const { status } = await client.request({ handle, action: ACTION, params: next() });
    if (status !== 'COMPLETED') failed += 1;
    return performance.now() - at;
  };

  const quiet: number[] = [];
  for (let sample = -WARM_UP; sample < samples; sample += 1) {
    const ms = await honest();
    if (sample >= 0) quiet.push(ms);
  }

  /** What the stranger was told is accepted. */
  const accepted: string[] = [];
  const submitAsStranger = async () => {
    const body = { action: ACTION, params: next() };
    const { id } = await ask(url, 'POST', `/v1/agents/${handle}/requests`, body, stranger.api_key);
    accepted.push(id);
  };
  const behind: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const waiting = accepted.filter((id) => !ran.has(id)).length;
    await inTurns(Array.from({ length: Number(values.before) - waiting }, () => submitAsStranger));
    // At another moment of the stranger's handler each time.
    await wait((thinkMs * sample) / samples);
    behind.push(await honest());
  }
  const cancel = (id: string) => ask(url, 'POST', `/v1/requests/${id}/cancel`, {}, stranger.api_key);
  // Some of them finish meanwhile.
  await inTurns(accepted.map((id) => () => cancel(id).catch(() => {})));

  const boundMs = 2 * percentile(quiet, 50) + thinkMs;
  for (const [run, latencies] of Object.entries({ quiet, [`behind ${values.before} of a stranger`]: behind })) {
    report.add(run, {
      requests: latencies.length,
      'p50 (ms)': percentile(latencies, 50),
      'p95 (ms)': percentile(latencies, 95),
      'max (ms)': percentile(latencies, 100),
      'p50 / quiet p50': percentile(latencies, 50) / percentile(quiet, 50),
    });
  }
  report.violations({
    'wrong: took longer than twice the quiet median and one handler': behind.filter((ms) => ms > boundMs).length,
    'wrong: the honest sender’s were not completed': failed,
    'doubled: the handler ran more than once': [...ran.values()].filter((times) => times > 1).length,
    ...(await endsOf(system.databaseUrl, accepted)),
  });
  await report.end(system.databaseUrl);
} finally {
  await stand.end();
}

/** Does them, some at a time. */
async function inTurns(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const left = tasks.values();
  const worker = async () => {
    for (const task of left) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What became of requests that were accepted, and cancelled unless they were finished. */
async function endsOf(databaseUrl: string, ids: readonly string[]) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; status: string }>(
      'select id, status from requests where id = any ($1)',
      [ids],
    );
    const ended = rows.filter(({ status }) => status === 'COMPLETED' || status === 'CANCELLED');
    return { 'lost: accepted of the stranger, and neither completed nor cancelled': ids.length - ended.length };
  } finally {
    await client.end();
  }
}
