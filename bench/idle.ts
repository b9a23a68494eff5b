// Benchmark: what a server uses while nothing happens: without channels, and while agents hold some.
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CHANNEL_OPTIONS, IdleChannels, type SystemName, startForChannels, whatToMeasure } from './idle-channels.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    ...CHANNEL_OPTIONS,
    /** A run for each number of channels. */
    channels: { type: 'string', default: '0,2500' },
    /** Each channel is pinged every 15 s. */
    seconds: { type: 'string', default: '30' },
    ...REPORT_OPTIONS,
  },
});
const { door, names } = whatToMeasure(values);
const counts = values.channels
  .split(',')
  .map(Number)
  .sort((a, b) => a - b);
const most = Math.max(...counts);
const seconds = Number(values.seconds);
const OPENED_A_SECOND = 250;
/** What opening leaves to be done, such as writing when keys were used, is over. */
const SETTLE_MS = 5_000;

const report = new Report('idle', values);
const stand = await Stand.begin({ withRedis: false });
try {
  for (const name of names) await measure(name);
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}

async function measure(name: SystemName): Promise<void> {
  const agents = Math.ceil(most / Number(values['per-agent']));
  const { system } = await startForChannels(stand, name, { agents, channels: most });
  const idle = await IdleChannels.begin(system, door, system.parties.agents);
  let open = 0;
  for (const count of counts) {
    await idle.open(count - open, OPENED_A_SECOND);
    open = count;
    await wait(SETTLE_MS);
    const before = system.cpu();
    await wait(seconds * 1_000);
    const after = system.cpu();
    report.add(`${name}, ${count} channels`, {
      'server CPU (ms/s)': (after.server - before.server) / seconds,
      'database CPU (ms/s)': (after.database - before.database) / seconds,
    });
  }
  report.violations(await idle.violations());
  await idle.end();
  await system.stop();
}
