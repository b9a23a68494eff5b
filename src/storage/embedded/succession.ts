import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../sync-folder.ts';
import { majorVersionOf } from './cluster.ts';
import type { Place } from './place.ts';

/** Under a name that the next start removes, unless it was finished. */
const UNFINISHED = 'data.new-restored';
const FINISHED = 'data.restored';

/** The same place, with data that will follow those that are there, once they are whole. */
export const successorOf = (place: Place): Place => ({ ...place, cluster: join(place.root, UNFINISHED) });

/** Puts the successor, which is whole and has no server, in the place of the data. Answers where those are now. */
export const succeed = (place: Place): string | null => {
  renameSync(join(place.root, UNFINISHED), join(place.root, FINISHED));
  syncFolder(place.root);
  return finishSuccession(place);
};

/**
 * Goes on with a succession that was cut short: from the moment when the new data are whole they count. Answers where
 * the old ones are now; null if there was nothing to do.
 */
export const finishSuccession = (place: Place): string | null => {
  const restored = join(place.root, FINISHED);
  if (!existsSync(restored)) return null;
  const kept = existsSync(place.cluster) ? freeName(`${place.cluster}.postgresql-${majorVersionOf(place)}`) : null;
  if (kept !== null) renameSync(place.cluster, kept);
  renameSync(restored, place.cluster);
  syncFolder(place.root);
  return kept;
};

const freeName = (wanted: string): string => {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!existsSync(name)) return name;
  }
};
