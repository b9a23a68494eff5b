import { LRUCache } from 'lru-cache';
import type { AdminSessionStore } from '../ports/admin-session-store.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { Hints, Topic } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { ChangesByTopic, NamedAgent } from './changes-by-topic.ts';
import { Rechecks } from './rechecks.ts';
import { RequestChecks } from './request-checks.ts';

/** Requests that other nodes took from their senders, and that are kept in mind to tell them of the end. */
const TAKEN_MAX = 10_000;

/** Where what hints name is read. */
export type HintStores = {
  readonly requests: RequestStore;
  readonly agents: AgentStore;
  readonly apiKeys: ApiKeyStore;
  readonly presence: PresenceStore;
  readonly adminSessions: AdminSessionStore;
};

type Dependencies = {
  readonly stores: HintStores;
  /** The console's sessions that something is open with on this node. */
  readonly openSessionIds: () => readonly string[];
  readonly nodeTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells who listens on this node what the database says. */
  readonly tell: <Name extends Topic>(topic: Name, key: string, change: ChangesByTopic[Name]) => void;
  readonly onLost: () => void;
};

/**
 * Turns what other nodes hint at into what the database says: each kind of row is read in batches, and told only if
 * it is so.
 */
export function createHintChecks(deps: Dependencies) {
  const { stores, openSessionIds, nodeTimeoutMs, clock, log, tell, onLost } = deps;
  const rechecks = <Item>(run: (items: readonly Item[]) => Promise<void>) =>
    new Rechecks<Item>({ clock, log, run, onLost });

  const requests = new RequestChecks({
    requests: stores.requests,
    clock,
    log,
    onLost,
    tell({ topic, key }, request) {
      if (topic === 'request') tell(topic, key, { request });
      else {
        const isAssigned = request.nodeId === key && request.status === 'DISPATCHED';
        tell('node', key, { event: isAssigned ? 'assigned' : 'changed', request });
      }
    },
  });

  // Apart: it names every request of the platform, and must not hold up those that this node holds or follows. Nobody
  // reads again what an administrator has missed.
  const activity = new RequestChecks({
    requests: stores.requests,
    clock,
    log,
    onLost: () => {},
    // Who watches an agent sees what was sent to it, whatever else a hint names.
    tell: ({ key }, request) => {
      if (key === '' || key === request.agentId) tell('activity', key, { event: 'request-status', request });
    },
  });

  const wakes = rechecks<string>(async (agentIds) => {
    for (const agentId of await stores.requests.agentsWithClaimable(agentIds, clock.now())) {
      tell('agent', agentId, { event: 'wake' });
    }
  });

  const agents = rechecks<NamedAgent>(async (named) => {
    const found = await stores.agents.byIds(named.map(({ id }) => id));
    const changed = found.filter((agent) => agent !== null);
    const deleted = named.filter((_, at) => !found[at]);
    if (changed.length > 0) tell('registry', '', { event: 'agents-changed', agents: changed });
    if (deleted.length > 0) tell('registry', '', { event: 'agents-deleted', agents: deleted });
  });

  const keys = rechecks<string>(async (apiKeyIds) => {
    const live = await stores.apiKeys.endsOfLive(apiKeyIds, clock.now());
    const ended = new Set(apiKeyIds.filter((id) => !live.has(id)));
    if (ended.size > 0) tell('registry', '', { event: 'keys-ended', apiKeyIds: ended });
  });

  // Nothing is believed: whoever listens reads what it keeps of them again.
  const holders = rechecks<string>(async (holderIds) => {
    tell('registry', '', { event: 'holders-changed', holderIds: new Set(holderIds) });
  });

  const sessions = rechecks<void>(async () => {
    const ids = openSessionIds();
    const live = await Promise.all(ids.map((id) => stores.adminSessions.isSessionLive(id, clock.now())));
    const ended = new Set(ids.filter((_, at) => !live[at]));
    if (ended.size > 0) tell('registry', '', { event: 'admin-sessions-ended', sessionIds: ended });
  });

  const statuses = rechecks<string>(async (agentIds) => {
    const at = clock.now();
    const aliveSince = new Date(at.getTime() - nodeTimeoutMs);
    const [found, connected] = await Promise.all([
      stores.agents.byIds(agentIds),
      stores.presence.areConnected(agentIds, aliveSince),
    ]);
    for (const [index, agentId] of agentIds.entries()) {
      const status = connected[index] ? 'ACTIVE' : 'INACTIVE';
      if (!found[index]) continue;
      for (const key of ['', agentId]) tell('activity', key, { event: 'agent-status', agentId, status, at });
    }
  });

  /** By request: the node that took it, as that one says. */
  const takers = new LRUCache<string, string>({ max: TAKEN_MAX });

  const checks: { readonly [Name in Topic]: (key: string, hint: Hints[Name]) => void } = {
    request(key, hint) {
      if (hint.id !== key) return;
      // Nothing is to be read: it is stored later, if at all.
      if ('progress' in hint) tell('request', key, { progressOf: hint });
      else requests.add({ topic: 'request', key, id: hint.id });
    },
    node(key, { id, takenBy }) {
      if (takenBy !== undefined) takers.set(id, takenBy);
      requests.add({ topic: 'node', key, id });
    },
    // Nothing is to be read: whoever waits for the outcome reads it.
    outcome: (key, { id }) => tell('outcome', key, { requestId: id }),
    agent(agentId, { event }) {
      if (event === 'wake') wakes.add(agentId, agentId);
      // Nothing is to be read: whoever looks for a channel reads which there are.
      else tell('agent', agentId, { event });
    },
    registry(_key, hint) {
      if (hint.event === 'key-revoked') keys.add(hint.apiKeyId, hint.apiKeyId);
      else if (hint.event === 'holder-changed') holders.add(hint.holderId, hint.holderId);
      else if (hint.event === 'admin-session-ended') sessions.add('', undefined);
      else agents.add(`${hint.agentId} ${hint.handle}`, { id: hint.agentId, handle: hint.handle });
    },
    // Nothing is to be read: whoever listens reads what it may see.
    approval: (key, hint) => tell('approval', key, hint),
    activity(key, hint) {
      if (hint.event === 'request-status') activity.add({ topic: 'activity', key, id: hint.id });
      else statuses.add(hint.agentId, hint.agentId);
    },
  };

  return {
    check: <Name extends Topic>(topic: Name, key: string, hint: Hints[Name]): void => checks[topic](key, hint),
    /** The node that took the request from its sender and passed it to this one, if it is known. */
    takerOf: (requestId: string): string | undefined => takers.get(requestId),
    supersede(request: Parameters<RequestChecks['supersede']>[0]) {
      requests.supersede(request);
      activity.supersede(request);
    },
  };
}
