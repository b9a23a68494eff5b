import type { RawData } from 'ws';

/** The size of a message as `ws` hands it over. */
export const byteLengthOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
