import type { OwnerStore } from '../../application/ports/owner-store.ts';
import type { Owner } from '../../domain/owner.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { createReader } from '../reader.ts';
import { statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { OwnerEntity } from './owner-entity.ts';

export const OWNER = columnsOfTable(OwnerEntity);

const BY_IDS = statementByKey('owners-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('owners as o').select(OWNER.from('o')).where('o.id', '=', anyOf(ids)),
);

export const createOwnerStore = (database: Database): OwnerStore => ({
  byIds: createReader<Owner>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  ),
});
