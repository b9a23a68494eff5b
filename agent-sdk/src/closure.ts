import { CLOSE_CODE_RANGES, CLOSE_CODES, type Retry } from './generated/close-codes.ts';

/** Why a connection ended. */
export type Closure =
  /** The socket was closed; 1006 stands for "without a closing handshake". */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** The server answered the upgrade with an HTTP status instead of a socket. */
  | { readonly kind: 'upgrade-refused'; readonly status: number }
  /** The platform answered an operation with an error; `code` is its extensions.code. */
  | {
      readonly kind: 'operation-refused';
      readonly code: string;
      readonly message: string;
      /** In how many seconds to try again, where the platform said so. */
      readonly retryAfterSeconds?: number;
    };

/** What to do after a connection ended. */
export interface Verdict {
  /**
   * `never`: the platform turned this key away for good. `at-once`: somebody else is ready to take over.
   * `slowly`: it will only work after somebody has changed something.
   */
  readonly retry: Retry;
  readonly code: number | string;
  readonly reason: string;
  /** The platform closed many at once and asks them to come back spread over so long, in milliseconds. */
  readonly spreadMs?: number;
}

/** In the reason of a close. */
const SPREAD = /\bwithin (\d{1,3}) s\b/;
/** No close makes an agent wait for longer. */
const SPREAD_MAX_MS = 60_000;

/** What the SDK knows better than the platform says it. */
const meanings: ReadonlyMap<number, string> = new Map([
  [1009, 'a message was larger than the platform takes: maxMessageBytes must be its WS_MAX_MESSAGE_SIZE'],
]);

const upgradeStatuses: ReadonlyMap<number, { retry: Retry; meaning: string }> = new Map([
  [401, { retry: 'never', meaning: 'the platform does not know the key' }],
  [403, { retry: 'never', meaning: 'the platform does not take the key here' }],
] as const);

const operationCodes: ReadonlyMap<string, Retry> = new Map([
  ['UNAUTHENTICATED', 'never'],
  ['FORBIDDEN', 'never'],
  ['GRAPHQL_VALIDATION_FAILED', 'slowly'],
  // What 4009 is on the raw WebSocket.
  ['TOO_MANY_CHANNELS', 'slowly'],
  // As 4201.
  ['SUSPENDED', 'slowly'],
] as const);

/**
 * Whether, and how soon, to connect again. A close code that is not known means what its range means; whatever is not
 * known to be final is tried again.
 */
export function judge(closure: Closure): Verdict {
  switch (closure.kind) {
    case 'closed': {
      const { code } = closure;
      const known = CLOSE_CODES.get(code);
      const reason = closure.reason || meanings.get(code) || (known?.meaning ?? 'no reason was given');
      const retry = known?.retry ?? retryOfRange(code);
      return { retry, code, reason, ...(retry === 'at-once' && spreadIn(closure.reason)) };
    }
    case 'upgrade-refused': {
      const known = upgradeStatuses.get(closure.status);
      const reason = known?.meaning ?? `the upgrade was answered with HTTP ${closure.status}`;
      return { retry: known?.retry ?? 'backoff', code: closure.status, reason };
    }
    case 'operation-refused':
      return { retry: operationCodes.get(closure.code) ?? 'backoff', code: closure.code, reason: closure.message };
  }
}

function spreadIn(reason: string): Pick<Verdict, 'spreadMs'> {
  const seconds = SPREAD.exec(reason)?.[1];
  return seconds === undefined ? {} : { spreadMs: Math.min(Number(seconds) * 1_000, SPREAD_MAX_MS) };
}

const retryOfRange = (code: number): Retry =>
  CLOSE_CODE_RANGES.find(({ from, to }) => code >= from && code <= to)?.retry ?? 'backoff';
