// Printed from src/transport/close-codes.ts by `npm run generate`. Do not edit.

/** Whether, and how soon, to connect again. */
export type Retry = 'never' | 'at-once' | 'backoff' | 'slowly';

/** What each close code means. */
export const CLOSE_CODES: ReadonlyMap<number, { readonly retry: Retry; readonly meaning: string }> = new Map([
  [1000, { retry: 'backoff', meaning: 'The channel was ended' }],
  [1001, { retry: 'at-once', meaning: 'The node is shutting down, or has lost its database' }],
  [1006, { retry: 'backoff', meaning: 'The connection was cut' }],
  [1009, { retry: 'backoff', meaning: 'A message was over the limit' }],
  [1013, { retry: 'backoff', meaning: 'The platform cannot answer now' }],
  [4001, { retry: 'never', meaning: 'The key was revoked or has expired, or the agent was deleted' }],
  [4008, { retry: 'backoff', meaning: 'No heartbeat for too long' }],
  [4009, { retry: 'slowly', meaning: 'More channels than one agent may hold' }],
  [4029, { retry: 'backoff', meaning: 'The agent reads too slowly' }],
  [4201, { retry: 'slowly', meaning: 'An administrator has suspended the agent' }],
  [4400, { retry: 'backoff', meaning: 'A message broke graphql-transport-ws' }],
  [4401, { retry: 'never', meaning: 'An operation came before the key was accepted' }],
  [4403, { retry: 'never', meaning: 'The key is not valid' }],
  [4406, { retry: 'slowly', meaning: 'The server does not speak graphql-transport-ws' }],
  [4408, { retry: 'backoff', meaning: 'The key did not arrive in time' }],
  [4409, { retry: 'backoff', meaning: 'The id of an operation is in use' }],
  [4429, { retry: 'backoff', meaning: 'Too many subscriptions on one socket' }],
  [4500, { retry: 'backoff', meaning: 'Something went wrong on the platform’s side' }],
]);

/** What codes mean that are not known. */
export const CLOSE_CODE_RANGES: readonly { readonly from: number; readonly to: number; readonly retry: Retry }[] = [
  { from: 4100, to: 4199, retry: 'backoff' },
  { from: 4200, to: 4299, retry: 'slowly' },
  { from: 4300, to: 4399, retry: 'never' },
];
