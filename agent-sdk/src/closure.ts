/** Why a connection ended. */
export type Closure =
  /** The socket was closed; 1006 stands for "without a goodbye". */
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
  /** The server answered the upgrade with an HTTP status instead of a socket. */
  | { readonly kind: 'upgrade-refused'; readonly status: number }
  /** The platform answered an operation with an error; `code` is its extensions.code. */
  | { readonly kind: 'operation-refused'; readonly code: string; readonly message: string };

/** What to do after a connection ended. */
export interface Verdict {
  /**
   * `never`: the platform turned this key away for good. `at-once`: somebody else is ready to take over.
   * `slowly`: it will only work after somebody has changed something.
   */
  readonly retry: 'never' | 'at-once' | 'backoff' | 'slowly';
  readonly code: number | string;
  readonly reason: string;
}

type Retry = Verdict['retry'];

const closeCodes: ReadonlyMap<number, { retry: Retry; meaning: string }> = new Map([
  [1000, { retry: 'backoff', meaning: 'the platform ended the channel' }],
  [1001, { retry: 'at-once', meaning: 'the node is shutting down' }],
  [1006, { retry: 'backoff', meaning: 'the connection was cut' }],
  [
    1009,
    {
      retry: 'backoff',
      meaning: 'a message was larger than the platform takes: maxMessageBytes must be its WS_MAX_MESSAGE_SIZE',
    },
  ],
  [4001, { retry: 'never', meaning: 'the key was revoked, or the agent deleted' }],
  [4008, { retry: 'backoff', meaning: 'the platform saw no sign of life' }],
  [4009, { retry: 'slowly', meaning: 'the agent holds as many channels as it may' }],
  [4029, { retry: 'backoff', meaning: 'the agent read too slowly' }],
  [4401, { retry: 'never', meaning: 'the platform does not know the key' }],
  [4403, { retry: 'never', meaning: 'the platform does not take the key here' }],
  [4406, { retry: 'slowly', meaning: 'the server does not speak graphql-transport-ws' }],
] as const);

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
] as const);

/** Whether, and how soon, to connect again. Whatever is not known to be final is tried again. */
export function judge(closure: Closure): Verdict {
  switch (closure.kind) {
    case 'closed': {
      const known = closeCodes.get(closure.code);
      const reason = closure.reason || (known?.meaning ?? 'no reason was given');
      return { retry: known?.retry ?? 'backoff', code: closure.code, reason };
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
