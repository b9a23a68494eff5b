import { AT } from './samples.ts';

// Samples of keys.

export const KEY_ID = '019ab3c5-6e7f-7081-9b2c-3d4e5f607182';

const API_KEY = {
  id: KEY_ID,
  kind: 'sender',
  prefix: 'clw_sender_3fX9Qa',
  scopes: ['requests:read', 'requests:submit', 'sender:manage'],
  is_limited: false,
  label: null,
  created_at: AT,
  expires_at: null,
  last_used_at: '2026-11-23T10:15:02.000Z',
  revoked_at: null,
  is_current: true,
} as const;

export const API_KEYS = { items: [API_KEY] } as const;

export const NEW_API_KEY = { ...API_KEY, last_used_at: null, is_current: false, api_key: 'clw_sender_…' } as const;

export const REVOKED_API_KEY = {
  ...API_KEY,
  revoked_at: AT,
  warnings: [
    {
      path: 'api_key_id',
      message: "was the sender's last key: nobody can submit or read as it; only an administrator can make a new one",
    },
  ],
} as const;

export const ROTATED_API_KEY = { ...NEW_API_KEY, former: API_KEY } as const;
