import { writeFileSync } from 'node:fs';
import type { Application } from '../src/application/application.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { aboutPlatform } from '../src/part-settings.ts';
import { systemClock } from '../src/system-clock.ts';
import { createAuthenticate } from '../src/transport/authenticate.ts';
import { createHttpServer } from '../src/transport/http-server.ts';
import { OpenStreams } from '../src/transport/open-streams.ts';
import { addRestApi } from '../src/transport/rest/rest-api.ts';

// The routes with the default settings, over nothing: no request is ever sent to them.
const config = readConfig({ APP_ENV: 'test', LOG_LEVEL: 'silent' });
const log = createLog(config);
const nobody = async () => null;
const server = await createHttpServer(config, log);
await addRestApi(server, {
  app: {} as Application,
  authenticate: createAuthenticate({
    keys: { authenticate: nobody, noteRefused: () => {} },
    authenticateConsoleCookie: nobody,
  }),
  clock: systemClock,
  log,
  streams: new OpenStreams({ max: config.streamsMax, perAddressMax: config.streamsPerAddressMax, log }),
  checks: { database: () => 'ok', bus: () => 'ok', schema: () => 'ok' },
  about: { ...aboutPlatform(config), publicUrl: undefined },
  answerMaxBytes: config.answerMaxBytes,
});
const { body } = await server.inject({ url: '/openapi.json' });
await server.close();

writeFileSync(new URL('../schema/openapi.json', import.meta.url), `${JSON.stringify(JSON.parse(body), null, 2)}\n`);
