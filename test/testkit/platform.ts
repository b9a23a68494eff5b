import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, inject, onTestFinished } from 'vitest';
import type { Clock } from '../../src/application/ports/clock.ts';
import { type Platform, startPlatform } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/system-clock.ts';
import { createTestDatabase } from './postgres.ts';
import { createRecordingLog } from './recording-log.ts';

/** Of no platform but those of tests. */
export const AUDIT_SIGNING_KEY = Buffer.alloc(32, 7).toString('base64');

export const ADMIN_PASSWORD = 'correct horse battery staple';

export type TestPlatform = {
  readonly url: string;
  /** The same as `url`, for sockets. */
  readonly socketUrl: string;
  /** Where its metrics are, if `env` gives them a port. */
  readonly metricsUrl: string;
  readonly databaseUrl: string;
  readonly log: ReturnType<typeof createRecordingLog>;
  stop(): Promise<void>;
};

type Options = {
  /** Settings as in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** One that the test sets forward, which takes no node for cut off that has no time to renew itself meanwhile. */
  readonly clock?: Clock;
  /** A database that another platform of the test uses; its own by default. */
  readonly databaseUrl?: string;
};

/**
 * Starts a real platform in this process, on a free port and a database of its own. Whoever starts it stops it; see
 * `platformForFile` and `platformForTest`.
 */
export async function startTestPlatform({
  env = {},
  clock = systemClock,
  databaseUrl,
}: Options = {}): Promise<TestPlatform> {
  const database = databaseUrl === undefined ? await createTestDatabase() : null;
  const url = databaseUrl ?? database?.url ?? '';
  const log = createRecordingLog();
  const patience = clock === systemClock ? {} : { NODE_TIMEOUT_SECONDS: '600' };
  const config = readConfig({
    APP_ENV: 'test',
    PORT: '0',
    ADMIN_PASSWORD,
    AUDIT_SIGNING_KEY,
    LOG_LEVEL: 'debug',
    ...patience,
    ...env,
  });
  const platform: Platform = await startPlatform(config, { databaseUrl: url, clock, log, ...asBuilt() });
  let isStopped = false;
  return {
    url: platform.url,
    socketUrl: platform.url.replace(/^http/, 'ws'),
    metricsUrl: platform.metricsUrl ?? '',
    databaseUrl: url,
    log,
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await platform.stop();
      await database?.drop();
    },
  };
}

/** Its threads start in a sixth of the time where they need not read the sources. */
function asBuilt(): { readonly contractWorker?: URL } {
  const built = inject('contractWorker');
  return built === null ? {} : { contractWorker: pathToFileURL(built) };
}

/** A platform for all tests of a file, or of the `describe` that calls it: started before the first, stopped after the last. */
export function platformForFile(options?: Options): TestPlatform {
  let platform: TestPlatform | null = null;
  const started = (): TestPlatform => {
    if (platform === null) throw new Error('the platform is there once the first test begins');
    return platform;
  };
  beforeAll(async () => {
    platform = await startTestPlatform(options);
  });
  afterAll(() => platform?.stop());
  return {
    get url() {
      return started().url;
    },
    get socketUrl() {
      return started().socketUrl;
    },
    get metricsUrl() {
      return started().metricsUrl;
    },
    get databaseUrl() {
      return started().databaseUrl;
    },
    get log() {
      return started().log;
    },
    stop: () => started().stop(),
  };
}

/** A platform for one test, stopped when the test is over. */
export async function platformForTest(options?: Options): Promise<TestPlatform> {
  const platform = await startTestPlatform(options);
  onTestFinished(() => platform.stop());
  return platform;
}
