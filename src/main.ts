import { type Platform, type Surroundings, startPlatform } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { newId } from './domain/new-id.ts';
import { messageOf, readEnvironment } from './environment.ts';
import { createLog } from './log.ts';
import { keepInFile } from './password-file.ts';
import { refuseUnsafe, unsafeSettings } from './safe-to-serve.ts';
import { settingsInForce } from './settings-in-force.ts';
import { stopWithinSeconds } from './stop-within.ts';
import { startEmbeddedPostgres } from './storage/embedded/start-embedded-postgres.ts';
import { systemClock } from './system-clock.ts';
import { answerWhileStarting } from './transport/rest/starting-server.ts';

try {
  await run(readConfig(readEnvironment()));
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function run(config: Config): Promise<void> {
  const nodeId = newId();
  refuseUnsafe(config);
  const log = createLog({ ...config, nodeId });
  for (const unsafe of unsafeSettings(config)) log.warn(unsafe, 'a setting is unsafe');
  const starting = await answerWhileStarting(config);
  try {
    await start(config, { nodeId, clock: systemClock, log, starting });
  } finally {
    starting.end();
  }
}

async function start(config: Config, surroundings: Omit<Surroundings, 'databaseUrl'>): Promise<void> {
  const { log } = surroundings;
  const embedded = config.databaseUrl ? null : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  const databaseUrl = config.databaseUrl ?? embedded?.databaseUrl ?? '';
  let passwordFile: ReturnType<typeof keepInFile> | null = null;
  // A collector may read the standard output: a terminal has somebody before it.
  const isShown = config.appEnv !== 'production' && process.stdout.isTTY;
  const keepPassword = (password: string) => {
    passwordFile = keepInFile(config.dataDir, password);
    return passwordFile;
  };
  const inFile = isShown ? {} : { keepPassword };
  const platform = await startPlatform(config, { ...surroundings, databaseUrl, ...inFile }).catch(async (error) => {
    await embedded?.stop();
    throw error;
  });
  const draining = new AbortController();
  let isStopping = false;
  const stop = async (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    if (exitCode === 0) await platform.drain(draining.signal);
    setTimeout(() => {
      log.error({}, 'stopping took too long and was cut short');
      process.exit(1);
    }, stopWithinSeconds(config) * 1_000).unref();
    await platform.stop();
    await embedded?.stop();
    log.info({}, 'stopped');
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second one means at once.
      if (isStopping) draining.abort();
      log.info({ signal, drainSeconds: isStopping ? 0 : config.shutdownDrainSeconds }, 'stopping');
      void stop(0);
    });
  }
  void embedded?.failed.then(({ message }) => {
    log.error({ reason: message }, 'stopping because the database is gone');
    draining.abort();
    void stop(1);
  });
  // Whoever reads that it listens may stop it.
  if (config.appEnv !== 'development') {
    const { url, metricsUrl, version, databaseVersion } = platform;
    const of = { version, nodeVersion: process.version, databaseVersion, databaseNote: embedded?.note ?? undefined };
    log.info({ url, metricsUrl: metricsUrl ?? undefined, ...of, settings: settingsInForce(config) }, 'started');
  }
  const password = placeOfPassword(platform, passwordFile);
  if (config.appEnv !== 'production') welcome(config, platform, { embedded, password });
  else if (password !== null) console.log(`The administrator's password at ${platform.url}/admin/ is ${password}`);
}

/** How somebody learns of the administrator's password, if it was made just now. */
function placeOfPassword({ generatedAdminPassword }: Platform, kept: { readonly file: string } | null): string | null {
  if (generatedAdminPassword === null) return null;
  return kept === null
    ? `${generatedAdminPassword}  (shown only now; set ADMIN_PASSWORD to choose your own)`
    : `in ${kept.file}  (read it, then delete the file; set ADMIN_PASSWORD to choose your own)`;
}

function welcome(
  { graphiql }: Config,
  { url, metricsUrl }: Platform,
  {
    embedded,
    password,
  }: {
    readonly embedded: { readonly dataDir: string; readonly note: string | null } | null;
    readonly password: string | null;
  },
): void {
  const database = embedded ? `embedded PostgreSQL, data in ${embedded.dataDir}` : 'PostgreSQL at DATABASE_URL';
  const lines = [
    '',
    `  Clawcierge listens on ${url}`,
    '',
    ...(graphiql
      ? [`  GraphiQL      ${url}/graphql     open it in a browser: the tabs walk you through everything`]
      : []),
    `  GraphQL API   ${url}/graphql     HTTP POST, and graphql-transport-ws for subscriptions`,
    `  REST API      ${url}/docs        reference; /openapi.json and /v1/info for programs`,
    `  Agents        ${url.replace(/^http/, 'ws')}/v1/agents/{id}/ws?token=…, or the agentChannel subscription`,
    `  Admin         ${url}/admin/`,
    ...(password === null ? [] : [`                password: ${password}`]),
    ...(metricsUrl ? [`  Metrics       ${metricsUrl}`] : []),
    `  Database      ${database}`,
    ...(embedded?.note ? [`                ${embedded.note}`] : []),
    '',
    '  Stop with Ctrl+C.',
    '',
  ];
  console.log(lines.join('\n'));
}
