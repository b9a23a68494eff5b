import type { KeyEnds } from '../keys/key-ends.ts';
import type { Ports } from '../ports/ports.ts';
import type { ApplicationSettings } from '../settings.ts';
import { createReadSenders } from './read-senders.ts';
import { createRegisterSender } from './register-sender.ts';

/** The use cases of senders. */
export function createSenders(ports: Ports & { readonly keyEnds: KeyEnds; readonly settings: ApplicationSettings }) {
  const { findSender, listSenders } = createReadSenders(ports);
  return {
    register: createRegisterSender(ports),
    find: findSender,
    list: listSenders,
    byIds: (ids: readonly string[]) => ports.senders.byIds(ids),
  };
}
