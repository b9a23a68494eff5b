// Benchmark: opening, holding and closing channels: processor time of each, and the memory that an idle one keeps.
import { parseArgs } from 'node:util';
import { CHANNEL_OPTIONS, IdleChannels, type SystemName, startForChannels, whatToMeasure } from './idle-channels.ts';
import { Inspector } from './inspector.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';

const { values } = parseArgs({
  options: {
    ...CHANNEL_OPTIONS,
    channels: { type: 'string', default: '2000' },
    /** Openings a second. */
    rate: { type: 'string', default: '200' },
    ...REPORT_OPTIONS,
  },
});
const { door, names } = whatToMeasure(values);
const channels = Number(values.channels);
const rate = Number(values.rate);
/** Opened and closed before anything is measured, by agents that open none later. */
const WARM_UP = 300;

const report = new Report('connections', values);
const stand = await Stand.begin({ withRedis: false });
try {
  for (const name of names) await measure(name);
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}

async function measure(name: SystemName): Promise<void> {
  const agents = WARM_UP + Math.ceil(channels / Number(values['per-agent']));
  const { system, inspectPort } = await startForChannels(stand, name, { agents, channels });
  const { agents: parties } = system.parties;
  const warmUp = await IdleChannels.begin(system, door, parties.slice(0, WARM_UP));
  await warmUp.open(WARM_UP, rate);
  await warmUp.closeAll();
  await warmUp.end();

  const inspector = await Inspector.connect(inspectPort);
  const look = async () => {
    const { server, database } = system.cpu();
    return { server, database, heap: await inspector.liveHeapBytes(), memory: system.memoryMiB() };
  };
  const idle = await IdleChannels.begin(system, door, parties.slice(WARM_UP));
  const before = await look();
  const opening = system.cpu();
  await idle.open(channels, rate);
  const opened = await look();
  const closing = system.cpu();
  await idle.closeAll();
  const closed = await look();
  inspector.close();
  report.violations(await idle.violations());
  await idle.end();
  await system.stop();
  const each = (from: number, to: number) => (to - from) / channels;
  report.add(name, {
    channels,
    'opening, server CPU (ms)': each(opening.server, opened.server),
    'opening, database CPU (ms)': each(opening.database, opened.database),
    'closing, server CPU (ms)': each(closing.server, closed.server),
    'closing, database CPU (ms)': each(closing.database, closed.database),
    'heap of an idle channel (KiB)': each(before.heap, opened.heap) / 1_024,
    'resident memory of an idle channel (KiB)': each(before.memory, opened.memory) * 1_024,
    'heap left by a closed channel (KiB)': each(before.heap, closed.heap) / 1_024,
  });
}
