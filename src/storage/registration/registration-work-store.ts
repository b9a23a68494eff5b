import { randomBytes } from 'node:crypto';
import type { RegistrationWorkStore } from '../../application/ports/registration-work-store.ts';
import type { Database } from '../database.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { PlatformSecretEntity } from './platform-secret-entity.ts';
import { SpentProofEntity } from './spent-proof-entity.ts';

const PROOF_ROW = columnsOfTable(SpentProofEntity);
const SECRET_ROW = columnsOfTable(PlatformSecretEntity);
const SECRET_BYTES = 32;
const NAME = 'registration-work';

const SECRET = statement('registration-secret', { name: 'text' }, ({ name }) =>
  db.selectFrom('platform_secrets as s').select('s.secret').where('s.name', '=', name),
);

const MAKE_SECRET = statement('make-registration-secret', { secret: rowOf(SECRET_ROW) }, ({ secret }) =>
  db
    .insertInto('platform_secrets')
    .values(secret)
    .onConflict((conflict) => conflict.doNothing()),
);

/** What has expired is forgotten on the way: there are no more than were spent within somewhat more than one life of a challenge. */
const SPEND = statement(
  'spend-proof',
  { proof: rowOf(PROOF_ROW), forgottenBefore: 'timestamptz' },
  ({ proof, forgottenBefore }) =>
    db
      .with('expired', (cte) => cte.deleteFrom('spent_proofs').where('expires_at', '<', forgottenBefore))
      .insertInto('spent_proofs')
      .values(proof)
      .onConflict((conflict) => conflict.doNothing())
      .returning('spent_proofs.challenge_hash'),
);

export const createRegistrationWorkStore = (database: Database): RegistrationWorkStore => ({
  async secret() {
    const look = async () => (await database.run(SECRET, { name: NAME }))[0]?.secret;
    const found = await look();
    if (found !== undefined) return found;
    await database.run(MAKE_SECRET, { secret: { name: NAME, secret: randomBytes(SECRET_BYTES) } });
    const made = await look();
    if (made === undefined) throw new Error('the secret that was made is there');
    return made;
  },

  spend: async (challengeHash, expiresAt, forgottenBefore) =>
    (await database.run(SPEND, { proof: { challengeHash, expiresAt }, forgottenBefore })).length === 1,
});
