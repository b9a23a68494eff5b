import type { Changes } from '../changes/changes.ts';
import { publishActivity } from '../changes/publish-activity.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ChannelRecord, PresenceStore } from '../ports/presence-store.ts';
import type { EndedChannel, RequestStore } from '../ports/request-store.ts';
import type { NodeChannels } from './node-channels.ts';
import { releaseAll } from './release-all.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly nodeTimeoutMs: number;
  readonly presence: PresenceStore;
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly channels: NodeChannels;
};

type Ended = { readonly record: ChannelRecord; readonly cause: EndedChannel['cause'] };

/** Ends that are recorded together. */
const BATCH = 2_000;
/** Over it the node opens no channel before some are recorded; the channels that it has may end all the same. */
const UNRECORDED_MAX = 10_000;

/**
 * Channels of this node that have ended, until the database knows: their rows go, what they held is anybody's again,
 * and agents without another channel are INACTIVE. Ends that come while others are being recorded are recorded
 * together, with the same statements however many they are.
 */
export class ChannelEnds {
  readonly #deps: Dependencies;
  readonly #unrecorded = new Map<string, Ended>();
  #recording: Promise<void> | null = null;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  get isFull(): boolean {
    return this.#unrecorded.size >= UNRECORDED_MAX;
  }

  /** `cause` says what the end means to the requests that it held. */
  add(record: ChannelRecord, cause: EndedChannel['cause']): void {
    this.#unrecorded.set(record.id, { record, cause });
  }

  /** Answers when every end is recorded. Throws what the database throws; what is left is recorded by the next call. */
  record(): Promise<void> {
    if (this.#unrecorded.size === 0) return Promise.resolve();
    this.#recording ??= this.#recordAll();
    return this.#recording;
  }

  async #recordAll(): Promise<void> {
    try {
      while (this.#unrecorded.size > 0) await this.#recordSome([...this.#unrecorded.values()].slice(0, BATCH));
    } catch (error) {
      // Once for all that wait for it.
      this.#deps.log.warn({ err: error, channels: this.#unrecorded.size }, 'ends of channels are not recorded yet');
      throw error;
    } finally {
      // In the same turn as the last look at what is left, so that nothing is added to a recording that is over.
      this.#recording = null;
    }
  }

  async #recordSome(ended: readonly Ended[]): Promise<void> {
    const { presence, requests, changes, clock, log, nodeId, nodeTimeoutMs, channels } = this.#deps;
    const ids = ended.map(({ record }) => record.id);
    const released = ended.map(({ record, cause }) => ({ channelId: record.id, cause }));
    await presence.removeChannels(ids, clock.now());
    await releaseAll(changes, nodeId, () => requests.releaseChannels(released, clock.now()));
    for (const id of ids) this.#unrecorded.delete(id);
    const at = clock.now();
    const agentIds = [...new Set(ended.map(({ record }) => record.agentId))];
    const connected = await presence.areConnected(agentIds, new Date(at.getTime() - nodeTimeoutMs));
    for (const [index, agentId] of agentIds.entries()) {
      if (connected[index]) continue;
      // Those of a node that stops are on their way to another one.
      if (!channels.isShuttingDown) log.info({ agentId }, 'an agent is INACTIVE');
      publishActivity(changes, agentId, { event: 'agent-status', agentId, status: 'INACTIVE', at });
    }
  }
}
