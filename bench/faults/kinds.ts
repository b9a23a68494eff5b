import { setTimeout as wait } from 'node:timers/promises';
import { postgresPid } from '../cpu.ts';
import type { FaultNode, FaultStand } from './fault-stand.ts';
import { goOn, pause } from './pause.ts';

export type Fault = {
  readonly name: string;
  readonly about: string;
  /** Whether `--short` has it. */
  readonly isShort?: boolean;
  /** Why it cannot be done on this stand. */
  readonly skipped?: (stand: FaultStand) => string | null;
  /** Does it, and ends once whatever can be mended is mended. `note` hears of each promise that was broken by the way. */
  inflict(stand: FaultStand, note: (broken: string) => void): Promise<void>;
  /** Whether connections to a node may break. */
  readonly isOfNodes?: boolean;
  /** Whether it may be why a request is delivered again. */
  readonly mayRedeliver: boolean;
  /** What probes must have said: of every node that it was not ready, or of every node nothing but that it was. */
  readonly probes?: 'turn unready' | 'stay ready';
  /** So far ahead of the machine's clock the times are that the database has meanwhile. */
  readonly clockStepMs?: number;
  /** How long senders wait for an answer before they turn to the next node. */
  readonly patienceMs?: number;
};

/** How far the database's clock is set on: longer than a node may be silent, shorter than requests live. */
const CLOCK_STEP_SECONDS = 60;
const NO_REDIS = ({ redis }: FaultStand) => (redis ? null : 'no Redis with --bus postgres');

/** While it lasts; what was done is undone in any case. */
async function during(ms: number, undo: () => unknown): Promise<void> {
  try {
    await wait(ms);
  } finally {
    await undo();
  }
}

function nodeA({ nodes }: FaultStand): FaultNode {
  const [node] = nodes;
  if (!node) throw new Error('there is no node');
  return node;
}

async function signalPostgres(stand: FaultStand, signal: NodeJS.Signals): Promise<void> {
  process.kill(await postgresPid(stand.databaseUrl), signal);
}

/** Every kind of fault, in the order in which they are done. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'node-killed',
    about: 'kill -9 of a node, which is started again',
    isShort: true,
    isOfNodes: true,
    mayRedeliver: true,
    async inflict(stand) {
      const node = nodeA(stand);
      await node.kill();
      await wait(stand.times.awayMs);
      await node.start();
    },
  },
  {
    name: 'node-paused',
    about: 'a zombie: a node is stopped for longer than NODE_TIMEOUT_SECONDS, and goes on (SIGSTOP, SIGCONT)',
    isShort: true,
    isOfNodes: true,
    mayRedeliver: true,
    patienceMs: 2_000,
    async inflict(stand) {
      const pid = nodeA(stand).pid();
      pause(pid);
      await during(stand.times.longMs, () => goOn(pid));
    },
  },
  {
    name: 'database-killed',
    about: 'kill -9 of PostgreSQL, which recovers',
    mayRedeliver: true,
    inflict: (stand) => signalPostgres(stand, 'SIGKILL'),
  },
  {
    name: 'database-restarted',
    about: 'PostgreSQL is shut down ("fast") and started again',
    mayRedeliver: true,
    inflict: (stand) => signalPostgres(stand, 'SIGINT'),
  },
  {
    name: 'database-paused',
    about: 'PostgreSQL answers nothing for longer than NODE_TIMEOUT_SECONDS (SIGSTOP, SIGCONT)',
    isShort: true,
    mayRedeliver: true,
    probes: 'turn unready',
    async inflict(stand) {
      const pid = await postgresPid(stand.databaseUrl);
      pause(pid);
      await during(stand.times.longMs, () => goOn(pid));
    },
  },
  {
    name: 'database-links-cut',
    about: 'every link between the nodes and PostgreSQL is reset',
    mayRedeliver: true,
    async inflict({ nodes }) {
      for (const { databaseLinks } of nodes) databaseLinks.cut();
    },
  },
  {
    name: 'database-links-silent',
    about: 'every link between the nodes and PostgreSQL goes silent for good; new ones work (a black hole)',
    isShort: true,
    mayRedeliver: true,
    async inflict({ nodes }) {
      for (const { databaseLinks } of nodes) databaseLinks.silence();
    },
  },
  {
    name: 'database-read-only',
    about: 'PostgreSQL takes no writes for a while, as during a fail-over',
    mayRedeliver: true,
    probes: 'turn unready',
    async inflict(stand) {
      await stand.asSuperuser('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
      await during(stand.times.longMs, () =>
        stand.asSuperuser('alter system reset default_transaction_read_only', 'select pg_reload_conf()'),
      );
    },
  },
  {
    name: 'database-full',
    about: 'the nodes lose their connections, and PostgreSQL has no slot for new ones (53300) for a while',
    mayRedeliver: true,
    probes: 'turn unready',
    async inflict(stand) {
      await stand.asSuperuser(`alter role ${stand.databaseUser} connection limit 0`);
      await stand.endSessions();
      await during(stand.times.longMs, () => stand.asSuperuser(`alter role ${stand.databaseUser} connection limit -1`));
    },
  },
  {
    name: 'database-clock',
    about: `what PostgreSQL says the time is goes on by ${CLOCK_STEP_SECONDS} s at once, and back later`,
    mayRedeliver: true,
    clockStepMs: CLOCK_STEP_SECONDS * 1_000,
    async inflict(stand) {
      // The platform asks clock_timestamp() and nothing else; a plan that was made keeps the one that it was made with.
      await stand.asSuperuser(
        'alter function pg_catalog.clock_timestamp() rename to clock_timestamp_of_the_machine',
        `create function pg_catalog.clock_timestamp() returns timestamptz language sql volatile as
         $$ select pg_catalog.clock_timestamp_of_the_machine() + interval '${CLOCK_STEP_SECONDS} s' $$`,
      );
      await stand.endSessions();
      await during(stand.times.longMs, async () => {
        await stand.asSuperuser(
          'drop function pg_catalog.clock_timestamp()',
          'alter function pg_catalog.clock_timestamp_of_the_machine() rename to clock_timestamp',
        );
        await stand.endSessions();
      });
    },
  },
  {
    name: 'redis-killed',
    about: 'Redis is killed, and is back empty later',
    skipped: NO_REDIS,
    mayRedeliver: false,
    probes: 'stay ready',
    async inflict({ redis, times }) {
      await redis?.kill();
      await during(times.awayMs, () => redis?.start());
    },
  },
  {
    name: 'redis-paused',
    about: 'Redis answers nothing for a while (SIGSTOP, SIGCONT)',
    skipped: NO_REDIS,
    mayRedeliver: false,
    probes: 'stay ready',
    async inflict({ redis, times }) {
      const pid = redis?.pid() ?? 0;
      pause(pid);
      await during(times.longMs / 2, () => goOn(pid));
    },
  },
  {
    name: 'agent-links-cut',
    about: "every agent's link is reset",
    mayRedeliver: true,
    probes: 'stay ready',
    async inflict({ agentLinks }) {
      for (const links of agentLinks) links.cut();
    },
  },
  {
    name: 'agent-links-silent',
    about: "every agent's link goes silent for good; new ones work",
    mayRedeliver: true,
    probes: 'stay ready',
    async inflict({ agentLinks }) {
      for (const links of agentLinks) links.silence();
    },
  },
  {
    name: 'rolling-stop',
    about: 'one node after the other is stopped with SIGTERM, and started again',
    isShort: true,
    isOfNodes: true,
    mayRedeliver: true,
    async inflict({ nodes }, note) {
      for (const node of nodes) {
        if ((await node.stop()) !== 0) note('a node did not stop in an orderly way');
        await node.start();
      }
    },
  },
];
