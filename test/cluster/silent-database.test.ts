import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, openChannel } from '../testkit/actors.ts';
import { QUICK, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { startServerProcess } from '../testkit/server-process.ts';

/** So that a test need not wait for the twelve seconds of the default; a busy machine may take its time to stop. */
const SETTINGS = { DATABASE_STATEMENT_TIMEOUT_SECONDS: '2', SHUTDOWN_GRACE_SECONDS: '10' };
/** What a caller may wait at most for an answer here: for its turn, for a connection, and for a statement. */
const ANSWER_WITHIN_MS = 30_000;

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

/** A database behind a proxy, for one test. */
async function databaseForTest() {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  return proxiedDatabase(url);
}

type Answer = Awaited<ReturnType<typeof submit>>;

const acceptedOf = (answers: readonly Answer[]): readonly { readonly id: string }[] =>
  answers.flatMap(({ status, body }) => (status === 202 ? [body] : []));

/** Senders that submit one request after the other, until they are told to stop. Answers every status they saw. */
function busySenders(node: Node, handle: string, apiKey: string, count: number) {
  const answers: Answer[] = [];
  let isOver = false;
  const sending = Promise.all(
    Array.from({ length: count }, async () => {
      while (!isOver) answers.push(await submit(node, handle, apiKey));
    }),
  );
  const stop = async () => {
    isOver = true;
    await sending;
    return answers;
  };
  // A sender that fails is told by whoever stops them, or else by nobody.
  sending.catch(() => {});
  onTestFinished(async () => void (await stop().catch(() => {})));
  return { answers, stop };
}

describe('a database whose links go silent', () => {
  it('for good while new ones work: a busy node answers everybody, recovers by itself, and stops in time', async () => {
    const { proxy, url: databaseUrl } = await databaseForTest();
    const node = await startServerProcess({ ...QUICK, ...SETTINGS, DATABASE_URL: databaseUrl });
    const { agent, sender } = await agentAndSender(node);
    await openChannel(node, agent);
    const senders = busySenders(node, agent.handle, sender.apiKey, 24);
    await eventually(() => expect(senders.answers.length).toBeGreaterThan(50));
    proxy.silence();
    const isSilent = senders.answers.length;
    const afterwards = () => senders.answers.slice(isSilent).map(({ status }) => status);
    await eventually(() => expect(afterwards()).toContain(503));
    await eventually(() => expect(afterwards().slice(-24)).toEqual(Array(24).fill(202)));
    const answers = await senders.stop();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202, 503]));
    for (const { status, retryAfter } of answers) if (status === 503) expect(retryAfter).toMatch(/^\d+$/);

    // The same while it stops: nothing waits for an answer that never comes.
    proxy.silence();
    expect(await node.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('new ones as well, for a while: senders are told to come again, and what was accepted is delivered, once', async () => {
    const { proxy, url: databaseUrl } = await databaseForTest();
    const [node] = await startNodes({ count: 1, databaseUrl, overPostgres: true, env: SETTINGS });
    if (!node) throw new Error('a node is needed');
    const { agent, sender } = await agentAndSender(node);
    const channel = await openChannel(node, agent);
    const senders = busySenders(node, agent.handle, sender.apiKey, 10);
    await eventually(() => expect(acceptedOf(senders.answers).length).toBeGreaterThan(20));
    proxy.stall();
    await eventually(() => expect(senders.answers.filter(({ status }) => status === 503)).not.toHaveLength(0));
    const isBack = senders.answers.length;
    proxy.resume();
    await eventually(() => expect(acceptedOf(senders.answers.slice(isBack))).not.toHaveLength(0));
    for (const { id } of acceptedOf(await senders.stop())) await channel.received(id);
    const more = channel.events.pending();
    expect(new Set(more.map(({ requestId }) => requestId)).size).toBe(more.length);
  });
});
