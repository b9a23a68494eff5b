import { Type } from 'typebox';
import { id, nullable, type ValueOf, withDefault } from './fields.ts';

const QUORUM_MAX = 5;
const PENDING_PER_SENDER_MAX = 100;
const PER_SENDER_PER_HOUR_MAX = 1_000;
const DENY_COOL_DOWN_SECONDS_MAX = 604_800;
export const APPROVAL_WINDOW_SECONDS_MIN = 60;

/** What an agent's owner says of its approvals; the window's default is the platform's. */
export const APPROVAL_CHOICES = Type.Object({
  windowSeconds: nullable(
    Type.Integer({
      minimum: APPROVAL_WINDOW_SECONDS_MIN,
      description:
        'How long people may take: 60 up to REQUEST_EXPIRY_MAX_SECONDS; APPROVAL_WINDOW_SECONDS when left out. Sooner where the sender says so.',
    }),
  ),
  quorum: withDefault(
    1,
    Type.Integer({
      minimum: 1,
      maximum: QUORUM_MAX,
      description: `How many different people must approve: 1 to ${QUORUM_MAX}, and no more than there are, the owner counted as one.`,
    }),
  ),
  pendingPerSenderMax: withDefault(
    3,
    Type.Integer({
      minimum: 1,
      maximum: PENDING_PER_SENDER_MAX,
      description: `How many requests of one sender may wait for an approval: 1 to ${PENDING_PER_SENDER_MAX}.`,
    }),
  ),
  perSenderPerHour: withDefault(
    10,
    Type.Integer({
      minimum: 1,
      maximum: PER_SENDER_PER_HOUR_MAX,
      description: `How often one sender may have people asked within an hour: 1 to ${PER_SENDER_PER_HOUR_MAX.toLocaleString('en')}.`,
    }),
  ),
  denyCoolDownSeconds: withDefault(
    3_600,
    Type.Integer({
      minimum: 0,
      maximum: DENY_COOL_DOWN_SECONDS_MAX,
      description: `For how long the same from the same sender is refused once it was denied, and nobody asked: 0 to ${DENY_COOL_DOWN_SECONDS_MAX.toLocaleString('en')}.`,
    }),
  ),
  allowEdits: withDefault(
    false,
    Type.Boolean({ description: 'Whether whoever approves may change the params of what is done.' }),
  ),
  preventSelfApproval: withDefault(
    true,
    Type.Boolean({ description: 'Whether those who belong to the same owner as the sender are kept from deciding.' }),
  ),
  notify: nullable(
    Type.Array(id('An approver.'), {
      maxItems: 20,
      description: 'The approvers that are told by e-mail; all that have an address when left out.',
    }),
  ),
});

/** How an agent's approvals go. */
export const APPROVAL_SETTINGS = Type.Object({
  version: Type.Integer({
    minimum: 0,
    description:
      '1 for the first ones, one higher for each later one; 0 where none were set, and these are the defaults.',
  }),
  ...APPROVAL_CHOICES.properties,
  windowSeconds: Type.Integer({ description: 'How long people may take. Sooner where the sender says so.' }),
});
export type ApprovalSettings = ValueOf<typeof APPROVAL_SETTINGS>;
