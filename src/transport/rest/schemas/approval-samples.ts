import { AT, SUBMITTED } from './samples.ts';

// Samples of approvals, and of who decides them.

const APPROVER_ID = '019ab3c2-3f10-7c55-8b1e-2d9a7c4e6f33';

export const APPROVER = {
  id: APPROVER_ID,
  display_name: 'Ann Approver',
  actions: ['calendar.schedule'],
  email: 'ann@example.com',
  created_at: AT,
  removed_at: null,
} as const;

export const NEW_APPROVER = { ...APPROVER, api_key: 'clw_approver_…' } as const;

export const REMOVED_APPROVER = {
  ...APPROVER,
  removed_at: AT,
  warnings: [
    {
      path: 'approver_id',
      message:
        '2 must approve what "marius.exec" holds, and 1 may by now: make another approver, or set a smaller quorum',
    },
  ],
};

export const APPROVAL = {
  id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072',
  status: 'pending',
  hold_reasons: [{ stage: 'policy_engine', rule: 0, reason: 'Long meetings are asked about' }],
  quorum: 1,
  policy_version: 3,
  contract_version: 2,
  is_editable: false,
  to_sender: null,
  revision: 1,
  created_at: AT,
  expires_at: '2026-11-24T10:15:00.000Z',
  resolved_at: null,
  digest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  request: {
    ...SUBMITTED,
    status: 'awaiting_approval',
    expires_at: '2026-11-24T10:15:00.000Z',
    handle: 'marius.exec',
    agent_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6073',
    sender_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6074',
    params: { title: 'Offsite', duration_minutes: 120 },
    effective_params: null,
  },
  sender: {
    id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6074',
    kind: 'sender',
    display_name: 'Alice',
    registered_at: AT,
    is_blocked: false,
    history: { completed: 12, rejected: 1, denied: 0, first: AT, last: AT },
  },
  suggested_rule: {
    condition:
      'sender_id == "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6074" and action == "calendar.schedule" and params_duration_minutes == 120 and params_title == "Offsite"',
    cel: null,
    action: 'waive_approval',
    reason: null,
    only_params: ['duration_minutes', 'title'],
    expires_at: '2026-12-23T10:15:00.000Z',
    made_from: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6072',
  },
} as const;

export const DECIDED = {
  ...APPROVAL,
  status: 'approved',
  revision: 2,
  resolved_at: AT,
  suggested_rule: null,
  remembered_rule: null,
  policy_set: null,
} as const;

export const APPROVAL_PAGE = { items: [APPROVAL], next_cursor: null } as const;

export const APPROVAL_SETTINGS = {
  version: 1,
  window_seconds: 28_800,
  quorum: 2,
  pending_per_sender_max: 3,
  per_sender_per_hour: 10,
  deny_cool_down_seconds: 3_600,
  allow_edits: true,
  prevent_self_approval: true,
  notify: null,
} as const;
