import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  registerSender,
  submit,
} from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startPrometheus } from '../testkit/prometheus.ts';
import { type ServerProcess, startServerProcess } from '../testkit/server-process.ts';
import { launchBrowser } from './admin-browser.ts';
import { dashboardPage, type Line, lineOf, type Panel } from './dashboard-page.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const RUN_SECONDS = 120;
const STEP_SECONDS = 2;
const CAPTION =
  'The queries of deploy/grafana/clawcierge.json, asked of a Prometheus that scraped two nodes with work in them for two minutes. ' +
  'Drawn by a page of the tests, not by Grafana.';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `npm run screenshots` writes the picture of the documentation. */
describe.runIf(process.env.SCREENSHOTS === '1')('a picture of the dashboard', () => {
  it('is drawn from what Prometheus answers to its queries', { timeout: 600_000 }, async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const env = { DATABASE_URL: database.url, METRICS_PORT: '0', RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '240' };
    const nodes = await Promise.all([startServerProcess(env), startServerProcess(env)]);
    const prometheus = await startPrometheus(nodes.map(({ metricsUrl }) => new URL(metricsUrl).host));
    const from = Math.ceil(Date.now() / 1_000);
    await work(nodes, from + RUN_SECONDS);

    const { panels } = JSON.parse(readFileSync(join(REPOSITORY, 'deploy/grafana/clawcierge.json'), 'utf8')) as {
      panels: readonly Panel[];
    };
    const steps = Array.from({ length: RUN_SECONDS / STEP_SECONDS }, (_, step) => from + step * STEP_SECONDS);
    const drawn: [Panel, readonly Line[]][] = [];
    for (const panel of panels) {
      const lines: Line[] = [];
      for (const { expr, legendFormat } of panel.targets ?? []) {
        const query = expr
          .replaceAll('$job', 'clawcierge')
          .replaceAll('$instance', '.*')
          .replaceAll('$__rate_interval', '10s');
        const series = await prometheus.range(query, from, steps.at(-1) ?? from, STEP_SECONDS);
        lines.push(...series.map((each) => lineOf(each, legendFormat, steps)));
      }
      drawn.push([panel, lines]);
    }
    expect(drawn.filter(([{ type }, lines]) => type === 'stat' && lines.length === 0)).toEqual([]);

    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1464, height: 900 } });
    await page.setContent(dashboardPage(CAPTION, drawn));
    await page.screenshot({ path: join(REPOSITORY, 'docs/images/operations-dashboard.png'), fullPage: true });
  });
});

/** Agents and senders on both nodes, until that second: most is answered, some is denied, held, refused, failed or lost. */
async function work(nodes: readonly ServerProcess[], until: number): Promise<void> {
  const isOver = () => Date.now() / 1_000 > until;
  const senders: Promise<void>[] = [];
  for (const [index, node] of [...nodes, ...nodes].entries()) {
    const { agent, sender } = await agentAndSender(node);
    await publishPolicies(node, agent, {
      rules: [
        { condition: 'params_duration_minutes == 45', action: 'REQUIRE_APPROVAL', reason: 'A look' },
        { condition: 'params_duration_minutes > 100', action: 'REJECT', reason: 'Too long' },
      ],
    });
    const answer = async ({ requestId }: { requestId: string }) => {
      await pause(10 + Math.random() * 60);
      await acknowledge(node, agent, requestId);
      await pause(50 + Math.random() * 500);
      if (Math.random() > 0.05) await complete(node, agent, requestId, {});
      else await mutate(node, 'failRequest', { requestId, code: 'no_room', message: 'Full.' }, 'request { id }', agent);
    };
    const serve = async () => {
      while (!isOver()) {
        const { events, close } = await openChannel(node, agent);
        const breaksAt = Date.now() + 20_000 + Math.random() * 40_000;
        while (!isOver() && Date.now() < breaksAt) {
          const event = await events
            .take(({ __typename }) => __typename === 'RequestReceived', 'a request')
            .catch(() => null);
          if (event !== null) void answer(event as never).catch(() => {});
        }
        await close();
      }
    };
    senders.push(serve());
    const others = [sender, await registerSender(node)];
    const door = nodes[(index + 1) % nodes.length] ?? node;
    for (const [at, each] of others.entries()) {
      senders.push(
        (async () => {
          for (let turn = 0; !isOver(); turn++) {
            const minutes = [15, 30, 30, 30, 30, 60, 60, 45, 110, 150][turn % 10];
            const action = turn % 23 === 22 ? 'email.send' : 'calendar.schedule';
            const params = { title: 'Standup', duration_minutes: minutes };
            const input = { action, params, whenOffline: 'QUEUE', ...(turn % 31 === 30 && { expiresInSeconds: 1 }) };
            await submit(door, agent, each, input).catch(() => {});
            // A wave of a minute.
            await pause(150 + 140 * Math.sin(Date.now() / 9_500 + at));
          }
        })(),
      );
    }
  }
  // Somebody nobody answers.
  const first = nodes[0] as ServerProcess;
  const { agent, sender } = await agentAndSender(first);
  for (let i = 0; i < 5; i++) await submit(first, agent, sender, { whenOffline: 'QUEUE' });
  await Promise.all(senders);
}
