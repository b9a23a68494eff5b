/** What the value of a variable is, in the words of CEL. A condition knows no timestamps, and reads an int as a number. */
export type VariableType = 'string' | 'int' | 'double' | 'timestamp' | 'map';

/**
 * What must be read before a variable has a value, where a rule names it. Nothing is read for a set that names none
 * of these.
 * - registration: when the sender was registered
 * - counts: how much this sender asked this agent for in the last minute, hour and day, and what of it is open
 */
export const VARIABLE_NEEDS = ['registration', 'counts'] as const;
export type VariableNeed = (typeof VARIABLE_NEEDS)[number];

export type Variable = {
  /** Its name in CEL, members included; null where CEL has none. */
  readonly cel: string | null;
  /** Its name in conditions; null where conditions have none. */
  readonly condition: string | null;
  readonly type: VariableType;
  /** What must be read for it; null where it is known without. */
  readonly needs: VariableNeed | null;
  /** For authors, in the reference and in hints. */
  readonly description: string;
};

/** The start of every variable of conditions that holds a param. */
export const PARAM_PREFIX = 'params_';

/** How the reference names the variables of conditions that hold a param. */
const ANY_PARAM = `${PARAM_PREFIX}<field>`;

/**
 * Every variable that rules can name, in both languages: the one list that evaluation, checks, hints, the reference
 * and what has to be read are taken from.
 */
export const VARIABLES = [
  {
    cel: 'action',
    condition: 'action',
    type: 'string',
    needs: null,
    description: 'The action that is asked for.',
  },
  {
    cel: 'params',
    condition: ANY_PARAM,
    type: 'map',
    needs: null,
    description: 'The params of the request, by their names.',
  },
  {
    cel: 'sender.id',
    condition: 'sender_id',
    type: 'string',
    needs: null,
    description: 'The id of whoever asks: a sender’s, or an agent’s that asks on its own behalf.',
  },
  {
    cel: 'sender.kind',
    condition: 'sender_kind',
    type: 'string',
    needs: null,
    description: 'Who asks: "sender", or "agent" for an agent that asks on its own behalf.',
  },
  {
    cel: 'sender.registered_at',
    condition: null,
    type: 'timestamp',
    needs: 'registration',
    description: 'When the sender was registered.',
  },
  {
    cel: null,
    condition: 'sender_age_days',
    type: 'double',
    needs: 'registration',
    description: 'How many days ago the sender was registered, with a fraction.',
  },
  {
    cel: 'sender.requests_last_minute',
    condition: 'sender_requests_last_minute',
    type: 'int',
    needs: 'counts',
    description:
      'How many requests this sender sent this agent within the last minute, this one and rejected ones included.',
  },
  {
    cel: 'sender.requests_last_hour',
    condition: 'sender_requests_last_hour',
    type: 'int',
    needs: 'counts',
    description: 'The same within the last hour.',
  },
  {
    cel: 'sender.requests_last_day',
    condition: 'sender_requests_last_day',
    type: 'int',
    needs: 'counts',
    description: 'The same within the last 24 hours.',
  },
  {
    cel: 'sender.open_requests',
    condition: 'sender_open_requests',
    type: 'int',
    needs: 'counts',
    description: 'How many of this sender’s requests to this agent are open, this one included.',
  },
  {
    cel: 'agent.id',
    condition: null,
    type: 'string',
    needs: null,
    description: 'The id of the agent that is asked.',
  },
  {
    cel: 'agent.handle',
    condition: null,
    type: 'string',
    needs: null,
    description: 'The handle of the agent that is asked.',
  },
  {
    cel: 'now',
    condition: null,
    type: 'timestamp',
    needs: null,
    description: 'The moment of the request, by the database’s time.',
  },
] as const satisfies readonly Variable[];
