import type { ChannelClose, ChannelCloseCause } from '../application/channel/channel.ts';
import type { DomainError } from '../domain/domain-error.ts';

/**
 * What a client does after its socket was closed: connects again `at-once` to whichever node answers, with `backoff`,
 * or `slowly` because something has to be changed first; or `never`.
 */
export type Reconnection = 'at-once' | 'backoff' | 'slowly' | 'never';

type CodeRow = {
  readonly reconnect: Reconnection;
  readonly meaning: string;
  /** For the facts about the raw channel, whose codes have it. */
  readonly advice?: string;
};

/**
 * New codes are taken from the range that says what clients do, so that one that a client does not know still means
 * something to it. Outside of the ranges that is: connect again with backoff.
 */
export const CLOSE_CODE_RANGES = [
  { from: 4100, to: 4199, reconnect: 'backoff' },
  { from: 4200, to: 4299, reconnect: 'slowly' },
  { from: 4300, to: 4399, reconnect: 'never' },
] as const satisfies readonly { readonly from: number; readonly to: number; readonly reconnect: Reconnection }[];

/** Every code that a socket is closed with: those that WebSocket and graphql-transport-ws chose, and ours from before there were ranges. */
export const CLOSE_CODES = {
  1000: { reconnect: 'backoff', meaning: 'The channel was ended' },
  1001: {
    reconnect: 'at-once',
    meaning: 'The node is shutting down, or has lost its database',
    advice: 'connect again at once, or where the reason says "within N s" after a random part of it',
  },
  1006: { reconnect: 'backoff', meaning: 'The connection was cut' },
  1009: {
    reconnect: 'backoff',
    meaning: 'A message was over the limit',
    advice: 'connect again, send smaller ones',
  },
  1013: { reconnect: 'backoff', meaning: 'The platform cannot answer now' },
  4001: {
    reconnect: 'never',
    meaning: 'The key was revoked or has expired, or the agent was deleted',
    advice: 'stop',
  },
  4008: { reconnect: 'backoff', meaning: 'No heartbeat for too long', advice: 'connect again' },
  4009: { reconnect: 'slowly', meaning: 'More channels than one agent may hold', advice: 'close one first' },
  4029: { reconnect: 'backoff', meaning: 'The agent reads too slowly', advice: 'connect again, and read faster' },
  4201: { reconnect: 'slowly', meaning: 'An administrator has suspended the agent', advice: 'ask the operator' },
  4400: { reconnect: 'backoff', meaning: 'A message broke graphql-transport-ws' },
  4401: { reconnect: 'never', meaning: 'An operation came before the key was accepted' },
  4403: { reconnect: 'never', meaning: 'The key is not valid' },
  4406: { reconnect: 'slowly', meaning: 'The server does not speak graphql-transport-ws' },
  4408: { reconnect: 'backoff', meaning: 'The key did not arrive in time' },
  4409: { reconnect: 'backoff', meaning: 'The id of an operation is in use' },
  4429: { reconnect: 'backoff', meaning: 'Too many subscriptions on one socket' },
  4500: { reconnect: 'backoff', meaning: 'Something went wrong on the platform’s side' },
} as const satisfies Readonly<Record<number, CodeRow>>;

export type Close = { readonly code: keyof typeof CLOSE_CODES; readonly reason: string };

export const CLOSE_SHUTTING_DOWN: Close = { code: 1001, reason: 'The node is shutting down; connect again.' };
export const CLOSE_KEY_ENDED: Close = { code: 4001, reason: 'The key was revoked or has expired.' };
export const CLOSE_SILENT: Close = { code: 4008, reason: 'No heartbeat for too long.' };
export const CLOSE_TOO_LARGE: Close = { code: 1009, reason: 'A message was over the limit.' };
export const CLOSE_TOO_SLOW: Close = { code: 4029, reason: 'The agent reads too slowly.' };
export const CLOSE_MADE_ROOM: Close = { code: 1013, reason: 'Too many sockets are open on which nobody is known.' };
export const CLOSE_NOBODY_KNOWN: Close = { code: 4408, reason: 'Nobody is known on the socket, and it did nothing.' };
const CLOSE_SUSPENDED: Close = { code: 4201, reason: 'An administrator has suspended the agent.' };
export const CLOSE_TOO_MANY_SUBSCRIPTIONS: Close = { code: 4429, reason: 'Too many subscriptions on one socket.' };
export const CLOSE_INTERNAL_ERROR: Close = { code: 4500, reason: 'Internal server error' };

export const CLOSE_TOO_BUSY: Close = { code: 1013, reason: 'The platform cannot answer now; try again.' };

/** How the channels of a node that stops are closed, over either transport; the SDK reads the seconds. */
const closeShuttingDown = (withinSeconds: number): Close =>
  withinSeconds === 0
    ? CLOSE_SHUTTING_DOWN
    : { code: 1001, reason: `The node is shutting down; connect again within ${withinSeconds} s.` };

/** How a channel is closed, over either transport. */
export const channelClose = ({ cause, reconnectWithinSeconds = 0 }: ChannelClose): Close =>
  cause === 'shutting-down' ? closeShuttingDown(reconnectWithinSeconds) : CHANNEL_CLOSE[cause];

const CHANNEL_CLOSE: Readonly<Record<Exclude<ChannelCloseCause, 'shutting-down'>, Close>> = {
  fenced: { code: 1001, reason: 'The node has lost its database; connect again.' },
  'key-revoked': CLOSE_KEY_ENDED,
  'key-expired': CLOSE_KEY_ENDED,
  'agent-deleted': { code: 4001, reason: 'The agent was deleted.' },
  'agent-suspended': CLOSE_SUSPENDED,
  'too-slow': CLOSE_TOO_SLOW,
};

/** How a socket is closed that cannot be served because of the error; undefined where its row has no close code. */
export const closeOf = ({ row: { closeCode } }: DomainError): Close | undefined => CLOSES_OF_ERRORS.get(closeCode);

const CLOSES_OF_ERRORS: ReadonlyMap<number | undefined, Close> = new Map([
  [1013, CLOSE_TOO_BUSY],
  [4009, { code: 4009, reason: 'More channels than one agent may hold.' }],
  [4201, CLOSE_SUSPENDED],
]);
