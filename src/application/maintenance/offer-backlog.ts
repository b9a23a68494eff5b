import type { Dispatcher } from '../channel/dispatcher.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly channels: NodeChannels;
  readonly dispatcher: Dispatcher;
  readonly requests: RequestStore;
  readonly clock: Clock;
};

/** Dispatches what this node's agents may claim and nobody was woken for, such as what a lease has lapsed of. */
export function offerBacklog({ channels, dispatcher, requests, clock }: Dependencies): MaintenanceTask {
  return {
    name: 'offer backlog',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => channels.agentIds().length > 0,
    async run() {
      const agentIds = await requests.agentsWithClaimable(channels.agentIds(), clock.now());
      for (const agentId of agentIds) dispatcher.wake(agentId);
    },
  };
}
