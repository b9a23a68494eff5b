/** What the channels of a node are held to. Times in milliseconds. */
export type ChannelSettings = {
  /** Until when a delivery is to be acked; a suspect is watched alone for as long. */
  readonly ackTimeoutMs: number;
  readonly maxAttempts: number;
  readonly channelsPerAgentMax: number;
  readonly unackedMax: number;
  /** Unfinished deliveries, acked ones included. */
  readonly openMax: number;
  /** Over it a channel gets nothing more until its agent has read. */
  readonly unsentHighWaterBytes: number;
  /** Over it a channel is closed, unless it is a burst that its agent reads at once. */
  readonly unsentMaxBytes: number;
  readonly nodeTimeoutMs: number;
  readonly shutdownGraceMs: number;
};
