import type { JsonObject } from '../../domain/contract.ts';
import type { PolicyNeed } from '../../domain/policy.ts';
import type { Facts } from '../../domain/verdict.ts';

/** What the value of a variable is, in the words of CEL. A condition knows no timestamps, and reads an int as a number. */
export type VariableType = 'string' | 'int' | 'double' | 'timestamp' | 'map';

export type Variable = {
  /** Its name in CEL, members included; null where CEL has none. */
  readonly cel: string | null;
  /** Its name in conditions; null where conditions have none. */
  readonly condition: string | null;
  readonly type: VariableType;
  /** What must be read for it; null where it is known without. */
  readonly needs: PolicyNeed | null;
  /** For authors, in the reference and in hints. */
  readonly description: string;
  /** Its value; null where it is not known. */
  read(facts: VariableFacts): string | number | Date | JsonObject | null;
};

/** What variables are read from. */
export type VariableFacts = Omit<Facts['request'], 'contract' | 'policies'>;

/** The start of every variable of conditions that holds a param. */
export const PARAM_PREFIX = 'params_';

/** How the table names the variables of conditions that hold a param. */
const ANY_PARAM = `${PARAM_PREFIX}<field>`;

const DAY_MS = 86_400_000;

/**
 * Every variable that rules can name, in both languages: the one list that evaluation, checks, hints, the reference
 * and what has to be read are taken from.
 */
export const VARIABLES: readonly Variable[] = [
  {
    cel: 'action',
    condition: 'action',
    type: 'string',
    needs: null,
    description: 'The action that is asked for.',
    read: ({ action }) => action,
  },
  {
    cel: 'params',
    condition: ANY_PARAM,
    type: 'map',
    needs: null,
    description: 'The params of the request, by their names.',
    read: ({ params }) => params,
  },
  {
    cel: 'sender.id',
    condition: 'sender_id',
    type: 'string',
    needs: null,
    description: 'The id of whoever asks: a sender’s, or an agent’s that asks on its own behalf.',
    read: ({ senderId }) => senderId,
  },
  {
    cel: 'sender.kind',
    condition: 'sender_kind',
    type: 'string',
    needs: null,
    description: 'Who asks: "sender", or "agent" for an agent that asks on its own behalf.',
    read: ({ senderKind }) => senderKind,
  },
  {
    cel: 'sender.registered_at',
    condition: null,
    type: 'timestamp',
    needs: 'registration',
    description: 'When the sender was registered.',
    read: ({ senderRegisteredAt }) => senderRegisteredAt,
  },
  {
    cel: null,
    condition: 'sender_age_days',
    type: 'double',
    needs: 'registration',
    description: 'How many days ago the sender was registered, with a fraction.',
    read: ({ senderRegisteredAt, now }) =>
      senderRegisteredAt && (now.getTime() - senderRegisteredAt.getTime()) / DAY_MS,
  },
  {
    cel: 'sender.requests_last_minute',
    condition: 'sender_requests_last_minute',
    type: 'int',
    needs: 'lastMinute',
    description:
      'How many requests this sender sent this agent within the last minute, this one and rejected ones included.',
    read: ({ senderActivity }) => senderActivity?.lastMinute ?? null,
  },
  {
    cel: 'sender.requests_last_hour',
    condition: 'sender_requests_last_hour',
    type: 'int',
    needs: 'lastHour',
    description: 'The same within the last hour.',
    read: ({ senderActivity }) => senderActivity?.lastHour ?? null,
  },
  {
    cel: 'sender.requests_last_day',
    condition: 'sender_requests_last_day',
    type: 'int',
    needs: 'lastDay',
    description: 'The same within the last 24 hours.',
    read: ({ senderActivity }) => senderActivity?.lastDay ?? null,
  },
  {
    cel: 'sender.open_requests',
    condition: 'sender_open_requests',
    type: 'int',
    needs: 'open',
    description: 'How many of this sender’s requests to this agent are open, this one included.',
    read: ({ senderActivity }) => senderActivity?.open ?? null,
  },
  {
    cel: 'agent.id',
    condition: null,
    type: 'string',
    needs: null,
    description: 'The id of the agent that is asked.',
    read: ({ agent }) => agent.id,
  },
  {
    cel: 'agent.handle',
    condition: null,
    type: 'string',
    needs: null,
    description: 'The handle of the agent that is asked.',
    read: ({ agent }) => agent.handle,
  },
  {
    cel: 'agent.requests_last_minute',
    condition: 'agent_requests_last_minute',
    type: 'int',
    needs: 'agentLastMinute',
    description:
      'How many requests all senders sent this agent within the last minute, this one and rejected ones included.',
    read: ({ agentRequestsLastMinute }) => agentRequestsLastMinute,
  },
  {
    cel: 'now',
    condition: null,
    type: 'timestamp',
    needs: null,
    description: 'The moment of the request, by the database’s time.',
    read: ({ now }) => now,
  },
];

/** The names that conditions have besides those of params. */
export const CONDITION_VARIABLES: ReadonlyMap<string, Variable> = new Map(
  VARIABLES.flatMap((each) =>
    each.condition === null || each.condition === ANY_PARAM ? [] : [[each.condition, each] as const],
  ),
);

/** The names that CEL has, members included. */
export const CEL_VARIABLES: ReadonlyMap<string, Variable> = new Map(
  VARIABLES.flatMap((each) => (each.cel === null ? [] : [[each.cel, each] as const])),
);
