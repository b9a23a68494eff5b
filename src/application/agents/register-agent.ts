import { Type } from 'typebox';
import { AGENT, type Agent, HANDLE_RULE, isCanonicalHandle } from '../../domain/agent.ts';
import { HandleTakenError, type InputIssue, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { complete, type InputValueOf } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import { reservedNameIn } from '../../domain/reserved-handles.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { announceAgentChange } from './announce-agent-change.ts';
import type { Directory } from './directory.ts';

export const REGISTER_AGENT = Type.Pick(AGENT, ['handle', 'displayName', 'description']);
export type RegisterAgentInput = InputValueOf<typeof REGISTER_AGENT>;

type Dependencies = {
  readonly agents: AgentStore;
  readonly directory: Directory;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
};

/** What registering an agent throws. */
export const REGISTER_AGENT_ERRORS = [InvalidInputError, HandleTakenError, RateLimitedError] as const;

/**
 * Registers an agent and answers it with its first key, which is shown only here. Open to everybody; `address` is
 * what the rate limit counts by. Throws REGISTER_AGENT_ERRORS.
 */
export function createRegisterAgent({ agents, directory, rateLimiter, changes, clock }: Dependencies) {
  return async (input: RegisterAgentInput, address: string): Promise<{ agent: Agent; apiKey: string }> => {
    check(input);
    await takePoint(rateLimiter, 'registrations', address);
    const at = clock.now();
    const agent: Agent = {
      ...complete(REGISTER_AGENT, input),
      id: newId(),
      lastHeartbeatAt: null,
      createdAt: at,
      updatedAt: at,
    };
    const { key, text } = newApiKey('AGENT', null);
    if (!(await agents.insert(agent, key))) throw new HandleTakenError(input.handle);
    // Somebody may have asked for the handle before, and been told that there is none.
    announceAgentChange({ directory, changes }, agent);
    return { agent, apiKey: text };
  };
}

function check(input: RegisterAgentInput): void {
  const issues = new InputIssues();
  issues.addAll(problemsOfHandle(input.handle));
  issues.texts(REGISTER_AGENT, input);
  issues.throwIfAny();
}

function problemsOfHandle(handle: string): readonly InputIssue[] {
  if (!isCanonicalHandle(handle)) return [{ path: 'handle', message: `must be ${HANDLE_RULE}` }];
  const reserved = reservedNameIn(handle);
  if (reserved === null) return [];
  const why = reserved === handle ? '' : `: it could be taken for "${reserved}"`;
  return [{ path: 'handle', message: `"${handle}" is reserved${why}` }];
}
