// Runs a command beside a platform with a fixture agent, for test suites that bring their own client:
//   npx node scripts/with-fixture-agent.ts -- sh -c 'conformance server --url "$MCP_URL"'
// MCP_URL leads through a forwarder that adds the sender's key, since the suites can send none.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClawciergeAgent, publishCapabilities, registerAgent, registerSender } from '../agent-sdk/src/index.ts';
import { startPlatform } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { startEmbeddedPostgres } from '../src/storage/embedded/start-embedded-postgres.ts';
import { systemClock } from '../src/system-clock.ts';
import { FIXTURE_CAPABILITIES, handleFixtures } from './fixture-actions.ts';

const HANDLE = 'fixture';
const BIN = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/.bin');

const command = process.argv.slice(process.argv.indexOf('--') + 1);
if (!process.argv.includes('--') || command.length === 0) {
  console.error('Usage: node scripts/with-fixture-agent.ts -- COMMAND…');
  process.exit(2);
}

/** Registers and connects the agent, and answers the key of somebody who may ask it. */
async function connectFixture(url: string): Promise<{ readonly agent: ClawciergeAgent; readonly senderKey: string }> {
  const { apiKey } = await registerAgent({ url, handle: HANDLE, displayName: 'Fixture' });
  const publish = (capabilities: typeof FIXTURE_CAPABILITIES) => publishCapabilities({ url, apiKey, capabilities });
  await publish(FIXTURE_CAPABILITIES);
  const { apiKey: senderKey } = await registerSender({ url, displayName: 'Suite' });
  const agent = new ClawciergeAgent({ url, apiKey, concurrency: 100 });
  let changes = 0;
  handleFixtures(agent, async () => {
    changes += 1;
    await publish([...FIXTURE_CAPABILITIES, { action: `added_${changes}` }]);
  });
  await agent.start();
  return { agent, senderKey };
}

/** Passes everything on, with the key, and everything back as it comes. */
async function forwardWithKey(to: string, key: string): Promise<{ readonly server: Server; readonly url: string }> {
  const { hostname, port } = new URL(to);
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const onward = request({
      hostname,
      port,
      method,
      path: url,
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}` };
}

async function run(platformUrl: string): Promise<number> {
  const { agent, senderKey } = await connectFixture(platformUrl);
  const { server, url } = await forwardWithKey(platformUrl, senderKey);
  const [program = '', ...args] = command;
  // The suites need this Node, which is not the machine's everywhere.
  const PATH = [BIN, process.env.PATH].join(delimiter);
  const child: ChildProcess = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, PATH, MCP_URL: `${url}/mcp/${HANDLE}`, PLATFORM_URL: platformUrl },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  server.closeAllConnections();
  server.close();
  await agent.stop();
  return code ?? 1;
}

const dataDir = mkdtempSync(join(tmpdir(), 'clawcierge-fixture-'));
// The embedded server's own user must be able to enter it.
chmodSync(dataDir, 0o755);
const config = readConfig({
  APP_ENV: 'test',
  LOG_LEVEL: 'error',
  PORT: '0',
  DATA_DIR: dataDir,
  // Suites take what lasts a second for a task.
  MCP_TASK_AFTER_SECONDS: '0.5',
});
const log = createLog(config);
const embedded = await startEmbeddedPostgres({ dataDir, log, durable: false });
try {
  const platform = await startPlatform(config, { databaseUrl: embedded.databaseUrl, clock: systemClock, log });
  try {
    process.exitCode = await run(platform.url);
  } finally {
    await platform.stop();
  }
} finally {
  await embedded.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
