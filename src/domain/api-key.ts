export type ApiKeyKind = 'AGENT' | 'SENDER';

/** An API key as it can be shown again: never its secret. */
export type ApiKey = {
  readonly id: string;
  readonly kind: ApiKeyKind;
  /** The agent or the sender that it speaks for. */
  readonly ownerId: string;
  /** The first characters, to tell keys apart. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
};

/** At most so many keys that are neither revoked nor expired per owner. */
export const LIVE_API_KEYS_MAX = 20;

/** Of keys that are revoked or expired the newest so many are kept per owner; making one more forgets the oldest. */
export const ENDED_API_KEYS_MAX = 100;

export const API_KEY_PREFIX: Readonly<Record<ApiKeyKind, string>> = { AGENT: 'clw_agent_', SENDER: 'clw_sender_' };

/** What a key of each kind may do; kept on the key so that narrower ones can come later. */
export const API_KEY_SCOPES: Readonly<Record<ApiKeyKind, readonly string[]>> = {
  AGENT: ['agent:manage', 'channel:open', 'requests:answer', 'requests:submit'],
  SENDER: ['requests:submit'],
};

/** Whether the key opens anything at that moment. */
export const isLive = (key: ApiKey, at: Date): boolean =>
  key.revokedAt === null && (key.expiresAt === null || key.expiresAt > at);
