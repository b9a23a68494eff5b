import type { Page, PageQuery } from '../application/ports/page.ts';

/**
 * The condition that keeps a page strictly beyond what was seen, as the ORM takes it. Built here from checked values;
 * an object from outside never is one.
 */
export const keysetOf = <Key extends string>(column: Key, { after, before }: PageQuery) => {
  const bounds = {
    ...(after === undefined ? {} : { $lt: after }),
    ...(before === undefined ? {} : { $gt: before }),
  };
  return Object.keys(bounds).length === 0 ? {} : { [column]: bounds };
};

/** Whether the page's keys are keys at all: beyond what cannot be a key there is nothing. */
export const hasRealKeys = ({ after, before }: PageQuery, isKey: (text: string) => boolean): boolean =>
  [after, before].every((key) => key === undefined || isKey(key));

/** A page is read from either end and answered newest first. */
export const newestFirst = <Row>(rows: readonly Row[], { fromEnd = false }: PageQuery): readonly Row[] =>
  fromEnd ? rows.toReversed() : rows;

export const emptyPage = <Row>(totalCount: () => Promise<number>): Page<Row> => ({ rows: [], totalCount });
