import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, openChannel } from '../testkit/actors.ts';
import { QUICK, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { startServerProcess } from '../testkit/server-process.ts';

/** So that a test need not wait for the twelve seconds of the default. */
const STATEMENT_TIMEOUT = { DATABASE_STATEMENT_TIMEOUT_SECONDS: '2' };
/** What a caller may wait at most for an answer here: for its turn, for a connection, and for a statement. */
const ANSWER_WITHIN_MS = 15_000;

type Node = { readonly url: string; readonly socketUrl: string };

const submit = async (node: Node, handle: string, apiKey: string) => {
  const response = await fetch(`${node.url}/v1/agents/${handle}/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'calendar.schedule', params: { title: 'Standup', duration_minutes: 30 } }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
};

const statusOfReadiness = async (node: Node) => (await fetch(`${node.url}/health/ready`)).status;

/** A database behind a proxy, for one test. */
async function databaseForTest() {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  return proxiedDatabase(url);
}

/** Senders that submit one request after the other, until they are told to stop. Answers every status they saw. */
function busySenders(node: Node, handle: string, apiKey: string, count: number) {
  const answers: { readonly status: number; readonly retryAfter: string | null }[] = [];
  let isOver = false;
  const senders = Array.from({ length: count }, async () => {
    while (!isOver) answers.push(await submit(node, handle, apiKey));
  });
  return {
    answers,
    async stop() {
      isOver = true;
      await Promise.all(senders);
      return answers;
    },
  };
}

describe('a database whose links go silent', () => {
  it('for good while new ones work: a busy node answers everybody, says that it is not ready, and recovers', async () => {
    const { proxy, url: databaseUrl } = await databaseForTest();
    const node = await startServerProcess({ ...QUICK, ...STATEMENT_TIMEOUT, DATABASE_URL: databaseUrl });
    const { agent, sender } = await agentAndSender(node);
    await openChannel(node, agent);
    const senders = busySenders(node, agent.handle, sender.apiKey, 24);
    await eventually(() => expect(senders.answers.length).toBeGreaterThan(50));
    proxy.silence();
    await eventually(async () => expect(await statusOfReadiness(node)).toBe(503));
    await eventually(async () => expect(await statusOfReadiness(node)).toBe(200), 20_000);
    const before = senders.answers.length;
    await eventually(() => expect(senders.answers.slice(before).map(({ status }) => status)).toContain(202), 20_000);
    const answers = await senders.stop();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
    for (const { status, retryAfter } of answers) if (status === 503) expect(retryAfter).toMatch(/^\d+$/);

    // The same while it stops: nothing waits for an answer that never comes.
    proxy.silence();
    expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('new ones as well: senders are told to come again, and what was sent meanwhile is delivered once', async () => {
    const { proxy, url: databaseUrl } = await databaseForTest();
    const [node] = await startNodes({ count: 1, databaseUrl, overPostgres: true, env: STATEMENT_TIMEOUT });
    if (!node) throw new Error('a node is needed');
    const { agent, sender } = await agentAndSender(node);
    const senders = busySenders(node, agent.handle, sender.apiKey, 10);
    await eventually(() => expect(senders.answers.length).toBeGreaterThan(20));
    proxy.stall();
    await eventually(() => expect(senders.answers.filter(({ status }) => status === 503)).not.toHaveLength(0), 20_000);
    expect(await statusOfReadiness(node)).toBe(503);
    proxy.resume();
    await eventually(async () => expect(await statusOfReadiness(node)).toBe(200), 20_000);
    await senders.stop();
  });
});
