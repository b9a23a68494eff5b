import { expect } from 'vitest';
import type { databaseClient } from './database-client.ts';
import { eventually } from './eventually.ts';

/** Waits until heads of the audit trail are sealed, which happens with the first round of the next day: as if that were today. */
export async function untilHeadsSealed(database: ReturnType<typeof databaseClient>): Promise<void> {
  await eventually(async () => expect(await database('select from audit_checkpoints limit 1')).toHaveLength(1));
  await database(
    `begin; set local session_replication_role = replica; update audit_checkpoints set at = at - interval '1 day'; commit`,
  );
  await eventually(async () => expect(await database('select from audit_maps')).toHaveLength(1));
}
