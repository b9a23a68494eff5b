import type { Ports } from '../ports/ports.ts';
import { createRegisterSender } from './register-sender.ts';

/** The use cases of senders. */
export function createSenders(ports: Ports) {
  return {
    register: createRegisterSender(ports),
    byIds: (ids: readonly string[]) => ports.senders.byIds(ids),
  };
}
