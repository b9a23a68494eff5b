/** A channel as every node can see it. Ids are UUIDs, a node's may be any text. */
export type ChannelRecord = {
  readonly id: string;
  readonly agentId: string;
  readonly nodeId: string;
  readonly apiKeyId: string;
  readonly transport: 'graphql' | 'websocket';
  readonly openedAt: Date;
};

/** What became of a new channel; `awaited`: it is inserted, and its agent has requests that may be claimed. */
export type ChannelOpening = 'inserted' | 'awaited' | 'too-many' | 'suspended' | 'no-agent';

/** A channel with what it holds; `isAwaited`: requests wait for its agent. */
export type ChannelOfAgent = {
  readonly channel: ChannelRecord;
  readonly openRequests: number;
  readonly holdsSuspect: boolean;
  readonly isAwaited: boolean;
};

/**
 * Which node holds which channel. A channel counts while its node's row is fresh: a node that stops renewing it
 * is forgotten with all its channels. Heartbeats of agents are not written: while an agent has a channel, its node's
 * renewal is its last heartbeat, and afterwards the end of its last channel.
 */
export interface PresenceStore {
  /** Also removes what an earlier life of the same node id left. */
  registerNode(nodeId: string, at: Date): Promise<void>;
  /**
   * Renews the node's row. Where another node has swept it meanwhile, it and the node's channels are re-created, which are
   * asked for only then. Answers how many other nodes are alive, and what was re-created.
   */
  renewNode(
    nodeId: string,
    channels: () => readonly ChannelRecord[],
    at: Date,
    timeoutMs: number,
  ): Promise<{ readonly otherNodes: number; readonly restored: readonly ChannelRecord[] }>;
  removeNode(nodeId: string): Promise<void>;
  /**
   * The newest migration that every node knows which was seen since: the oldest of what they say. Null where one does not
   * say, which is of a release that knew none of it.
   */
  oldestKnown(aliveSince: Date): Promise<string | null>;
  /**
   * Removes nodes that have not renewed for the timeout, or whose last renewal lies so far ahead of `at`, which tells that
   * the time that all share was set back since. Answers the agents whose channels went with them.
   */
  forgetStaleNodes(at: Date, timeoutMs: number): Promise<readonly string[]>;

  /**
   * Unless the agent holds `max` live channels already, counted and inserted atomically, or is suspended or gone. That it opened is
   * the agent's heartbeat. Single rows in, batched inside.
   */
  insertChannel(channel: ChannelRecord, max: number, aliveSince: Date): Promise<ChannelOpening>;
  /** They ended at that moment. Only those channels: a stale socket's end never hides a new one. */
  removeChannels(channelIds: readonly string[], at: Date): Promise<void>;
  /** Whether each agent has a channel on a live node, in the order of the ids. */
  areConnected(agentIds: readonly string[], aliveSince: Date): Promise<readonly boolean[]>;
  /** Live channels of the agent with how many open requests each holds, fewest first, and whether one is a suspect. */
  channelsOf(agentId: string, aliveSince: Date): Promise<readonly ChannelOfAgent[]>;
}
