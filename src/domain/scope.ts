/** What a key may be allowed to do. Names are never reused: keys keep them. */
export const SCOPES = [
  'agent:manage',
  'approvals:decide',
  'approvals:read',
  'audit:read',
  'channel:open',
  'owner:manage',
  'requests:answer',
  'requests:read',
  'requests:submit',
  'sender:manage',
] as const;
export type Scope = (typeof SCOPES)[number];
