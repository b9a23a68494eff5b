import type { ChannelCloseCause } from '../application/channel/channel.ts';

type Close = { readonly code: number; readonly reason: string };

/** Reconnect at once, to whichever node answers. */
export const CLOSE_SHUTTING_DOWN: Close = { code: 1001, reason: 'The node is shutting down; connect again.' };
/** Stop: the key opens nothing any more. */
export const CLOSE_KEY_ENDED: Close = { code: 4001, reason: 'The key was revoked or has expired.' };
export const CLOSE_AGENT_DELETED: Close = { code: 4001, reason: 'The agent was deleted.' };
/** Reconnect: nothing was heard for too long. */
export const CLOSE_SILENT: Close = { code: 4008, reason: 'No sign of life for too long.' };
/** Close another channel first. */
export const CLOSE_TOO_MANY_CHANNELS: Close = { code: 4009, reason: 'More channels than one agent may hold.' };
/** Reconnect, and read faster. */
export const CLOSE_TOO_SLOW: Close = { code: 4029, reason: 'The agent reads too slowly.' };
/** More than one socket may ask for. */
export const CLOSE_TOO_MANY_SUBSCRIPTIONS: Close = { code: 4429, reason: 'Too many subscriptions on one socket.' };

export const CHANNEL_CLOSE: Readonly<Record<ChannelCloseCause, Close>> = {
  'shutting-down': CLOSE_SHUTTING_DOWN,
  'key-revoked': CLOSE_KEY_ENDED,
  'key-expired': CLOSE_KEY_ENDED,
  'agent-deleted': CLOSE_AGENT_DELETED,
  'too-slow': CLOSE_TOO_SLOW,
};
