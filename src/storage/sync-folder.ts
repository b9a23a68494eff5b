import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Has the names in the folder on the disk: a file that was renamed there is found after a crash of the machine, too. */
export const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
