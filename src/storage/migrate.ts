import type { Orm } from './mikro-orm.ts';

/** Any number that no other program takes a lock under: "clawcier" as bytes. */
const MIGRATION_LOCK = 0x636c6177;

/**
 * Brings the tables up to date in one transaction, under a lock of the database: of nodes that start at once one
 * migrates and the others wait, then find nothing left to do.
 */
export const migrate = async (orm: Orm): Promise<void> => {
  await orm.em.fork().transactional(async (em) => {
    await em.execute('set local statement_timeout = 0');
    await em.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    const transaction = em.getTransactionContext();
    await orm.migrator.up(transaction === undefined ? {} : { transaction });
  });
};
