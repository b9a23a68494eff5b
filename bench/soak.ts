// Benchmark: two nodes, three agents, PostgreSQL and Redis; every few seconds something is killed; counts what was lost.
// At the end every request must be final, none lost, none doubled, and every execution of a handler explained.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ClawciergeClient, RateLimitedError } from '../agent-sdk/src/index.ts';
import { Ledger } from './ledger.ts';
import { ACTION, registerParties } from './parties.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand, type StandProcess } from './stand.ts';

const USAGE = `Usage: npm run bench -- soak [--requests 10000] [--seconds 900] [--kill-every 10] [--senders 24] [--json FILE]

Ends after so many requests or seconds, whichever comes first. Exits with 1 when a promise was broken.`;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '900' },
    'kill-every': { type: 'string', default: '10' },
    senders: { type: 'string', default: '24' },
    help: { type: 'boolean', short: 'h' },
    ...REPORT_OPTIONS,
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const requestsMax = Number(values.requests);
const killEveryMs = Number(values['kill-every']) * 1_000;
/** How long what was killed is away. */
const AWAY_MS = 2_000;
/** A node that was killed is given requests until it is forgotten: NODE_TIMEOUT_SECONDS, and a sweep. */
const FORGOTTEN_AFTER_MS = 11_000;

const report = new Report('soak', values);
const ledger = new Ledger();
const stand = await Stand.begin({ withRedis: true });
try {
  const nodes = [await stand.startNode('node A'), await stand.startNode('node B')];
  const [a = nodes[0], b = nodes[1]] = nodes;
  if (!a || !b) throw new Error('two nodes are needed');
  const { handle, agentKey, senderKey } = await registerParties(a.url);
  const onLine = (line: string) => {
    const [what, id = '', attempt = ''] = line.split(' ');
    if (what === 'ran') ledger.noteRun(id, attempt);
  };
  const agents: StandProcess[] = [];
  for (const [at, { url }] of [a, b, a].entries()) {
    agents.push(await stand.startAgent(`agent ${at + 1}`, { url, apiKey: agentKey, onLine }));
  }
  const [first, second, third] = agents;
  const victims = inTurn<Victim>([
    { process: a, excuseMs: FORGOTTEN_AFTER_MS },
    { process: first, excuseMs: 0 },
    { process: redisOf(stand), excuseMs: null },
    { process: b, excuseMs: FORGOTTEN_AFTER_MS },
    { process: second, excuseMs: 0 },
    { process: third, excuseMs: 0 },
  ]);

  const begun = Date.now();
  const deadline = begun + Number(values.seconds) * 1_000;
  let sent = 0;
  let isOver = false;
  const clients = nodes.map(
    ({ url }) => new ClawciergeClient({ url, apiKey: senderKey, maxTries: 1, timeoutMs: 10_000 }),
  );
  const send = async (turn: number): Promise<void> => {
    const idempotencyKey = randomUUID();
    // Whoever does not answer is asked again, the other node in its turn: the key makes it one request.
    for (let tries = turn; ; tries += 1) {
      const client = clients[tries % clients.length];
      try {
        const input = {
          handle,
          action: ACTION,
          params: { number: turn },
          idempotencyKey,
          whenOffline: 'QUEUE',
        } as const;
        const ended = await client?.request(input, { timeoutMs: 60_000 });
        if (ended) ledger.noteOutcome(idempotencyKey, ended.id, ended.status);
        return;
      } catch (error) {
        if (tries - turn > 500) throw error;
        await wait(error instanceof RateLimitedError ? 1_000 : 100);
      }
    }
  };
  const sender = async () => {
    while (sent < requestsMax && Date.now() < deadline) {
      sent += 1;
      await send(sent);
    }
  };
  const killing = (async () => {
    for (;;) {
      for (let waited = 0; waited < killEveryMs && !isOver; waited += 100) await wait(100);
      if (isOver) return;
      const { process: victim, excuseMs } = victims();
      if (!victim) throw new Error('there is nothing to kill');
      console.log(`${seconds(begun)}  ${sent} sent; killing ${victim.name}`);
      const at = Date.now();
      ledger.disturbances.push({ what: victim.name, at, until: excuseMs === null ? null : at + excuseMs });
      await victim.kill();
      await wait(AWAY_MS);
      await victim.start();
    }
  })();
  await Promise.all(Array.from({ length: Number(values.senders) }, sender));
  isOver = true;
  await killing;
  const tookMs = Date.now() - begun;

  const { figures, violations } = await ledger.settle(stand.databaseUrl, handle);
  const killed = Map.groupBy(ledger.disturbances, ({ what }) => what);
  report.add('soak', {
    ...figures,
    'killed in all': ledger.disturbances.length,
    ...Object.fromEntries([...killed].map(([what, times]) => [`${what} killed`, times.length])),
    seconds: tookMs / 1_000,
    'requests per second': (sent / tookMs) * 1_000,
  });
  report.violations(violations);
  await report.end(stand.databaseUrl);
  for (const client of clients) await client.close();
} finally {
  await stand.end();
}

type Victim = {
  readonly process: Restartable | undefined;
  /** For so long after its death it may be why a request was delivered again; null: never. */
  readonly excuseMs: number | null;
};
type Restartable = Pick<StandProcess, 'name' | 'kill' | 'start'>;

function redisOf({ redis }: Stand): Restartable | undefined {
  return redis ? { ...redis, name: 'Redis' } : undefined;
}

/** One after the other, and again from the beginning. */
function inTurn<Item>(items: readonly Item[]): () => Item {
  let turn = 0;
  return () => {
    const item = items[turn++ % items.length];
    if (item === undefined) throw new Error('there is nothing to take turns');
    return item;
  };
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`.padStart(8);
}
