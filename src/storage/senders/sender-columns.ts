import { columnsOfTable } from '../tables.ts';
import { SenderEntity } from './sender-entity.ts';

/** What one is stored with. */
export const SENDER_ROW = columnsOfTable(SenderEntity);

/** What the domain knows of a sender. */
export const SENDER = columnsOfTable(SenderEntity, { without: ['ownerId'] });
