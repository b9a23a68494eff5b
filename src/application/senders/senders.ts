import type { RegistrationWork } from '../invitations/proof-of-work.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import type { Ports } from '../ports/ports.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { createReadSenders } from './read-senders.ts';
import { createRegisterSender } from './register-sender.ts';

type Dependencies = Ports & {
  readonly keyEnds: KeyEnds;
  readonly registrationWork: RegistrationWork;
  readonly settings: ApplicationSettings;
  readonly storageTotals: StorageTotals;
};

/** The use cases of senders. */
export function createSenders(ports: Dependencies) {
  const { findSender, listSenders } = createReadSenders(ports);
  return {
    register: createRegisterSender(ports),
    find: findSender,
    list: listSenders,
    byIds: (ids: readonly string[]) => ports.senders.byIds(ids),
  };
}
