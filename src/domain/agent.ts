import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';

export const HANDLE_MIN_LENGTH = 3;
export const HANDLE_MAX_LENGTH = 64;

/** 3–64 of a–z, 0–9 and '.', first and last alphanumeric. Nothing is folded: what is not canonical is refused. */
export const HANDLE_PATTERN = '^[a-z0-9][a-z0-9.]{1,62}[a-z0-9]$';
export const HANDLE_RULE = `${HANDLE_MIN_LENGTH} to ${HANDLE_MAX_LENGTH} characters of a–z, 0–9 and ".", the first and the last a letter or a digit`;
const handle = new RegExp(HANDLE_PATTERN);

/** An agent as the registry knows it. Its status is derived from its channels and is not part of the record. */
export const AGENT = Type.Object({
  id: id("The agent's id."),
  handle: Type.String({
    pattern: HANDLE_PATTERN,
    description: `What senders address it by, globally unique: ${HANDLE_RULE}.`,
  }),
  displayName: Type.String({ minLength: 1, maxLength: 200, isName: true, description: 'Its name for people.' }),
  description: nullable(Type.String({ maxLength: 2_000, multiline: true, description: 'What it is for.' })),
  lastHeartbeatAt: nullable(
    instant(
      'While it has a channel, when the node that holds it last said so, a few seconds ago; then when its last channel ended.',
    ),
  ),
  createdAt: instant('When it was registered.'),
  updatedAt: instant('When its record last changed.'),
});

/** The same with what not everybody may see. */
export const AGENT_RECORD = Type.Object({
  ...AGENT.properties,
  ownerId: nullable(id('Whose it is; null for nobody in particular.')),
  agentKeysManage: Type.Boolean({
    description: "Whether the agent's own keys may do what `agent:manage` allows, or its owner's alone.",
  }),
  isSuspended: Type.Boolean({ description: 'Whether an administrator has stopped it.' }),
});
export type Agent = ValueOf<typeof AGENT_RECORD>;

const AGENT_STATUSES = ['ACTIVE', 'INACTIVE'] as const;
/** ACTIVE: at least one channel is open, on any node. */
export type AgentStatus = (typeof AGENT_STATUSES)[number];
export const AGENT_STATUS = oneOf(AGENT_STATUSES, {
  description: 'Whether it can be reached now: whether it holds at least one channel.',
});

/** Whether the text is a handle that could exist. Reserved handles are canonical too. */
export const isCanonicalHandle = (text: string): boolean =>
  text.length <= HANDLE_MAX_LENGTH && !text.endsWith('\n') && handle.test(text);
