import type { ChannelSettings } from './channel/settings.ts';

export type ApplicationSettings = {
  readonly requestExpirySeconds: number;
  readonly requestExpiryMaxSeconds: number;
  readonly queuedRequestsPerAgentMax: number;
  /** How long finished requests are kept; 0 for ever. */
  readonly requestRetentionMs: number;
  readonly channels: ChannelSettings;
};
