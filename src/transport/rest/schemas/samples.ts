import { CAPABILITY } from '../../../domain/contract.ts';
import { complete } from '../../../domain/fields.ts';
import { stringifyJson } from '../../../domain/json/json-text.ts';
import { answerOf, bodyOf } from '../wire-fields.ts';

/** The walkthrough's values, as examples in the API document. */

export const AGENT_ID = '019ab3c1-7a10-7c3e-8f21-5b6a0d9e4c11';

export const SENDER_ID = '019ab3c2-1b22-7d4f-9a32-6c7b1e0f5d22';

const WEBHOOK_ID = '019ab3c2-4c20-7d11-9a3e-6f5b8c7d2e44';

export const REQUEST_ID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

const VERSION_ID = '019ab3c3-2c33-7e50-8b43-7d8c2f106e33';

export const AT = '2026-11-23T10:15:00.000Z';

export const CALENDAR = {
  action: 'calendar.schedule',
  description: 'Schedules a meeting',
  params_schema: {
    type: 'object',
    required: ['title', 'duration_minutes'],
    properties: { title: { type: 'string' }, duration_minutes: { type: 'integer', minimum: 15 } },
  },
  constraints: { max_duration_minutes: 120 },
} as const;

/** The same as it is answered, with what it leaves out filled in, in plain values. */
const OFFERED: unknown = JSON.parse(
  stringifyJson(answerOf(CAPABILITY).of(complete(CAPABILITY, bodyOf(CAPABILITY).read(CALENDAR)))),
);

export const POLICIES = {
  rules: [{ condition: 'sender_id == "blocked-user-id"', action: 'reject', reason: 'Sender is blocked' }],
  default_action: 'allow',
} as const;

export const STANDUP = {
  action: 'calendar.schedule',
  params: { title: 'Standup', duration_minutes: 30 },
} as const;

export const AGENT = {
  id: AGENT_ID,
  handle: 'marius.exec',
  display_name: 'Marius Exec',
  description: null,
  status: 'active',
  created_at: AT,
  updated_at: AT,
} as const;

export const REGISTERED_AGENT = {
  id: AGENT_ID,
  handle: 'marius.exec',
  api_key: 'clw_agent_…',
  owner_key: 'clw_owner_…',
  display_name: 'Marius Exec',
  status: 'inactive',
} as const;

export const WEBHOOK = {
  id: WEBHOOK_ID,
  name: 'pager',
  url: 'https://hooks.example.com/approvals',
  events: ['approval_requested', 'approval_resolved'],
  includes_params: false,
  disabled_at: null,
  last_status: 204,
  last_error: null,
  last_at: AT,
  created_at: AT,
} as const;

export const QUARANTINE = { document: 'contract', version: 3, at: AT, until: '2026-11-23T11:15:00.000Z' } as const;

export const AGENT_STORAGE = {
  bytes: 1_382_400,
  max_bytes: 42_949_672_960,
  sent_bytes: 2_048,
  sent_max_bytes: 10_737_418_240,
  audit_entries: 2_310,
  counted_at: AT,
} as const;

export const OWN_STORAGE = {
  kind: 'sender',
  id: SENDER_ID,
  bytes: 5_734_400,
  max_bytes: 10_737_418_240,
  counted_at: AT,
} as const;

export const REJECTIONS_NOT_KEPT = { sender_id: SENDER_ID, stage: 'capability_sandbox', count: 55 } as const;

export const SET_WEBHOOK = { ...WEBHOOK, last_status: null, last_at: null, secret: 'whsec_…' } as const;

export const AGENT_LIMITS = {
  version: 1,
  per_minute: 600,
  per_day: null,
  per_sender_per_minute: 30,
  per_sender_per_day: null,
  open_per_sender: 50,
} as const;

export const SENDER_LIMIT = {
  sender_id: SENDER_ID,
  sender_name: 'Sally Sender',
  per_minute: null,
  per_day: null,
  open: null,
  blocked: true,
  reason: 'Asks for the same every second',
  updated_at: AT,
} as const;

export const REGISTERED_SENDER = { id: SENDER_ID, api_key: 'clw_sender_…', display_name: 'Sally Sender' } as const;

export const REGISTRATION_CHALLENGE = {
  challenge: '20.1735689600.q83vEjRWeJq83vEj.3q2-78r-ut7erb7vyv663g',
  bits: 20,
  expires_at: '2025-01-01T00:00:00.000Z',
} as const;

export const DIRECTORY_ENTRY = {
  agent_id: AGENT_ID,
  handle: 'marius.exec',
  display_name: 'Marius Exec',
  description: null,
  status: 'active',
  capabilities: [OFFERED],
} as const;

export const CONTRACT = {
  id: VERSION_ID,
  agent_id: AGENT_ID,
  version: 1,
  capabilities: [OFFERED],
  is_active: true,
  created_at: AT,
  warnings: [],
} as const;

export const POLICY_SET = {
  id: VERSION_ID,
  agent_id: AGENT_ID,
  version: 1,
  ...POLICIES,
  rules: POLICIES.rules.map((rule) => ({ ...rule, cel: null, only_params: null, expires_at: null, made_from: null })),
  is_active: true,
  created_at: AT,
  warnings: [],
} as const;

export const REPLAY = {
  evaluated: 312,
  without_params: 4,
  changed: [
    {
      request_id: REQUEST_ID,
      action: 'calendar.schedule',
      before: 'passed',
      after: 'rejected',
      reason: 'Sender is blocked',
    },
  ],
  truncated: false,
} as const;

export const SUBMITTED = {
  id: REQUEST_ID,
  status: 'dispatched',
  action_type: 'calendar.schedule',
  created_at: AT,
  updated_at: AT,
  expires_at: '2026-11-23T10:20:00.000Z',
} as const;

export const COMPLETED = {
  ...SUBMITTED,
  status: 'completed',
  updated_at: '2026-11-23T10:15:02.000Z',
  contract_id: VERSION_ID,
  context_id: null,
  progress: null,
  result: { event_id: 'evt-1', title: 'Standup', duration_minutes: 30, status: 'confirmed' },
  error: null,
  approval: null,
  effective_params: null,
} as const;

export const EVENT = `id: 3\nevent: request\ndata: ${JSON.stringify(COMPLETED)}\n\n`;

export const REQUEST_PAGE = {
  items: [
    {
      ...SUBMITTED,
      status: 'completed',
      updated_at: '2026-11-23T10:15:02.000Z',
      handle: 'marius.exec',
      agent_id: AGENT_ID,
      sender_id: SENDER_ID,
      contract_id: VERSION_ID,
      context_id: null,
      progress: null,
      error: null,
    },
  ],
  next_cursor: null,
} as const;

export const CANCELLED = {
  ...SUBMITTED,
  status: 'cancelled',
  updated_at: '2026-11-23T10:15:02.000Z',
  contract_id: VERSION_ID,
  context_id: null,
  progress: null,
  result: null,
  error: { code: 'cancelled', message: 'Cancelled by its sender.' },
  approval: null,
  effective_params: null,
} as const;
