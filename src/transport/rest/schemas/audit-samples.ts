import { KEY_ID } from './key-samples.ts';
import { AGENT_ID, AT, REQUEST_ID, SENDER_ID } from './samples.ts';

// Samples of what the audit trail says.

const AUDIT_ENTRY_ID = '3f0f8f5e-8b0c-4b86-9d0a-6d1c2b3a4f55';

const AUDIT_ENTRY = {
  id: AUDIT_ENTRY_ID,
  index: 8,
  type: 'request.submitted',
  at: AT,
  is_sealed: true,
  node: 'node-1',
  actor: { kind: 'sender', id: SENDER_ID, key_id: KEY_ID },
  subject: { kind: 'request', id: REQUEST_ID },
  agent_id: AGENT_ID,
  sender_id: SENDER_ID,
  request_id: REQUEST_ID,
  data: { action: 'calendar.schedule', status: 'dispatched' },
  details: null,
  canonical: `{"actor":{"id":"${SENDER_ID}","key":"${KEY_ID}","kind":"sender"},…}`,
  chain: {
    agent: { n: 4, prev: 'HRfNxbhbMW2dDsl6pOIzjIDJRAgpT0PgEJ6z7eFEqLw=' },
    sender: { n: 1, prev: null },
  },
} as const;

export const AUDIT_ENTRY_PAGE = { items: [AUDIT_ENTRY], next_cursor: null } as const;

const AUDIT_ROOT = 'XcnaeacGWSVS7Id0OZujOXZAS0XVkAhdAgEaAr6RljI=';

const AUDIT_NOTE = `localhost\n9\n${AUDIT_ROOT}\n\n— localhost /hkyMQ…\n`;

export const AUDIT_CHECKPOINT = { size: 9, root: AUDIT_ROOT, note: AUDIT_NOTE, at: AT } as const;

export const AUDIT_PROOF = `c2sp.org/tlog-proof@v1\nindex 8\nHRfNxbhbMW2dDsl6pOIzjIDJRAgpT0PgEJ6z7eFEqLw=\n\n${AUDIT_NOTE}`;

export const AUDIT_CONSISTENCY = {
  from: 8,
  to: 9,
  hashes: ['HRfNxbhbMW2dDsl6pOIzjIDJRAgpT0PgEJ6z7eFEqLw='],
} as const;

export const AUDIT_HEADS = {
  at: AT,
  size: 8,
  canonical: `{"actor":{"id":null,"key":null,"kind":"platform"},"agent":null,"at":"${AT}",…}`,
  proof: AUDIT_PROOF,
  heads: [
    {
      audience: SENDER_ID,
      n: 2,
      leaf: 'HRfNxbhbMW2dDsl6pOIzjIDJRAgpT0PgEJ6z7eFEqLw=',
      canonical: `{"audience":"${SENDER_ID}","leaf":"HRfNxbhbMW2dDsl6pOIzjIDJRAgpT0PgEJ6z7eFEqLw=","n":2,…}`,
      place: 0,
      path: ['XcnaeacGWSVS7Id0OZujOXZAS0XVkAhdAgEaAr6RljI='],
    },
  ],
} as const;

export const AUDIT_KEYS = {
  items: [{ key: 'localhost+fe193231+AS…', is_current: true }],
} as const;
