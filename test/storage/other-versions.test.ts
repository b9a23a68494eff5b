import { expect, it } from 'vitest';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { backUp, connected, databaseForTest, everythingIn, restore } from '../testkit/backups.ts';
import { OTHER_VERSION, otherPostgres } from '../testkit/other-postgres.ts';
import { platformForTest } from '../testkit/platform.ts';

it.skipIf(OTHER_VERSION === null)(
  `a backup goes to another major version of PostgreSQL (here ${OTHER_VERSION}) and back, and nothing changes`,
  async () => {
    const platform = await platformForTest();
    const { agent, sender } = await agentAndSender(platform);
    const params = { title: 'žlutý\tkůň\n\\.\n🐎', duration_minutes: 30 };
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE', params });
    const backup = await backUp(platform.databaseUrl);
    await platform.stop();

    const { url: other } = await otherPostgres(OTHER_VERSION ?? '');
    await restore(other, backup);
    const version = await connected(other, (client) => client.query('show server_version'));
    expect(version.rows[0].server_version.split('.')[0]).toBe(OTHER_VERSION);
    const there = await everythingIn(other);
    expect(there.requests).toHaveLength(1);

    const back = await databaseForTest();
    await restore(back, await backUp(other));
    expect(await everythingIn(back)).toEqual(there);
  },
);
