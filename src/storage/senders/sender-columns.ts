import { columnsOfTable } from '../tables.ts';
import { SenderEntity } from './sender-entity.ts';

/** What the domain knows of a sender. */
export const SENDER = columnsOfTable(SenderEntity, { without: ['ownerId'] });
