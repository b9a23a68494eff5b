import type { LoginDeviceStore } from '../../application/ports/login-device-store.ts';
import type { Database } from '../database.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { LoginDeviceEntity } from './login-device-entity.ts';

const DEVICE_ROW = columnsOfTable(LoginDeviceEntity);

const KNOWN = statement('known-login-device', { tokenHash: 'bytea', since: 'timestamptz' }, ({ tokenHash, since }) =>
  db
    .selectFrom('login_devices as d')
    .select('d.token_hash')
    .where('d.token_hash', '=', tokenHash)
    .where('d.last_in_at', '>=', since),
);

/** The statement sees the rows as they were before it, so `others` is one less than there may be. */
const REMEMBER = statement(
  'remember-login-device',
  { device: rowOf(DEVICE_ROW), since: 'timestamptz', others: 'int' },
  ({ device, since, others }) =>
    db
      .with('unused', (cte) =>
        cte
          .deleteFrom('login_devices')
          .where('token_hash', '<>', device.token_hash)
          .where((where) =>
            where.or([
              where('last_in_at', '<', since),
              where(
                'token_hash',
                'in',
                db
                  .selectFrom('login_devices as d')
                  .select('d.token_hash')
                  .where('d.token_hash', '<>', device.token_hash)
                  .orderBy('d.last_in_at', 'desc')
                  .offset(others),
              ),
            ]),
          ),
      )
      .insertInto('login_devices')
      .values(device)
      .onConflict((conflict) => conflict.column('token_hash').doUpdateSet({ last_in_at: device.last_in_at })),
);

export const createLoginDeviceStore = (database: Database): LoginDeviceStore => ({
  isKnown: async (tokenHash, since) => (await database.run(KNOWN, { tokenHash, since })).length === 1,

  remember: async (tokenHash, { now, since, max }) => {
    await database.run(REMEMBER, { device: { tokenHash, createdAt: now, lastInAt: now }, since, others: max - 1 });
  },
});
