import { setImmediate as othersTurn } from 'node:timers/promises';
import { Type } from 'typebox';
import type { Agent } from '../../domain/agent.ts';
import { AgentNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { complete, type InputValueOf, withDefault } from '../../domain/fields.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import { newId } from '../../domain/new-id.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { type PolicyReplay, REPLAY_MAX, type ReplayOutcome } from '../../domain/replay.ts';
import { isHiddenFromAgent } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { type Decision, type Facts, type StageResult, saidOfRequest } from '../../domain/verdict.ts';
import { requireManagerOf } from '../access.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Ports } from '../ports/ports.ts';
import type { DecidedRequest } from '../ports/request-store.ts';
import { createFactsThen } from '../requests/facts-then.ts';
import type { Directory } from './directory.ts';
import { PUBLISH_POLICIES } from './publish-policies.ts';

export const REPLAY_POLICIES = Type.Object({
  ...Type.Omit(PUBLISH_POLICIES, ['check']).properties,
  first: withDefault(
    REPLAY_MAX,
    Type.Integer({
      minimum: 1,
      maximum: REPLAY_MAX,
      description: `How many of the newest requests to decide again, 1 to ${REPLAY_MAX.toLocaleString('en')}.`,
    }),
  ),
});
export type ReplayPoliciesInput = InputValueOf<typeof REPLAY_POLICIES>;

/** What a replay throws. AgentNotFoundError to admins only. */
export const REPLAY_POLICIES_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/** Requests that are read at once: at most some megabytes. */
const PAGE_SIZE = 20;
/** Of the params of all requests together. */
const BYTES_MAX = 16 * 1_024 * 1_024;
const DURATION_MAX_MS = 5_000;
/** How long others wait for their turn. */
const SLICE_MS = 2;
/** On this node, of all agents. */
const REPLAYS_MAX = 4;
const RETRY_AFTER_SECONDS = 1;

/** What ends a replay before all requests are decided again. */
type Left = { bytes: number; readonly until: number };

/**
 * What the last stored requests to an agent would have got under unpublished rules. By the agent, its owner or an admin; one at
 * a time for each agent on a node. Throws REPLAY_POLICIES_ERRORS, and OverloadedError where there is no room.
 */
export function createReplayPolicies(ports: Ports & { readonly directory: Directory }) {
  const { agents, directory, documents, requests, enforcement, rateLimiter, clock } = ports;
  const running = new Set<string>();

  return async (principal: Principal | null, input: ReplayPoliciesInput): Promise<PolicyReplay> => {
    const { agentId, rules, defaultAction, first } = complete(REPLAY_POLICIES, input);
    await requireManagerOf(principal, agentId, directory.ownerOf);
    await takePoint(rateLimiter, 'publications', agentId);
    if (running.has(agentId) || running.size >= REPLAYS_MAX) throw new RateLimitedError(RETRY_AFTER_SECONDS);
    running.add(agentId);
    try {
      const [agent = null] = isUuid(agentId) ? await agents.byIds([agentId]) : [];
      if (agent === null) throw new AgentNotFoundError(agentId);
      const [active = null] = await documents.activeContracts([agentId]);
      const contract = valuesIn(active);
      const issues = new InputIssues();
      if (first < 1 || first > REPLAY_MAX) issues.add('first', `must be a whole number from 1 to ${REPLAY_MAX}`);
      issues.addAll(
        (
          await enforcement.checkPolicies({
            agentId,
            rules,
            defaultAction,
            contract,
            canApprove: true,
            now: clock.now(),
          })
        ).errors,
      );
      issues.throwIfAny();
      const draft = { id: newId(), agentId, version: 1, isActive: false, rules, defaultAction, createdAt: clock.now() };
      return await replay(agent, { policies: draft, contract }, first, principal?.kind === 'agent');
    } finally {
      running.delete(agentId);
    }
  };

  async function replay(
    agent: Agent,
    documents: Pick<Facts['request'], 'contract'> & { readonly policies: PolicySet },
    first: number,
    isByAgent: boolean,
  ): Promise<PolicyReplay> {
    const left: Left = { bytes: BYTES_MAX, until: clock.monotonic() + DURATION_MAX_MS };
    const changed: PolicyReplay['changed'][number][] = [];
    const factsThen = await createFactsThen(ports, agent, documents.policies);
    let evaluated = 0;
    let withoutParams = 0;
    let before: string | null = null;
    let sliceEnds = clock.monotonic() + SLICE_MS;
    while (evaluated < first) {
      const page: readonly DecidedRequest[] = await requests.decided(
        agent.id,
        before,
        Math.min(PAGE_SIZE, first - evaluated),
      );
      const facts = await factsThen(page);
      for (const [index, request] of page.entries()) {
        left.bytes -= request.params.bytes;
        if (left.bytes < 0 || clock.monotonic() > left.until) {
          return { evaluated, withoutParams, changed, truncated: true };
        }
        const asked = facts[index];
        if (asked === undefined || (isByAgent && isHiddenFromAgent(request))) continue;
        if (request.paramsRemoved) {
          withoutParams += 1;
          continue;
        }
        const then = saidOfRequest(request.pipelineLog);
        const decision = await enforcement.redecide({ ...asked, ...documents }, then);
        const change = { before: outcomeOf(then), after: AFTER[decision.outcome] };
        const { id: requestId, action } = request;
        if (change.before !== change.after) changed.push({ requestId, action, ...change, reason: reasonOf(decision) });
        evaluated += 1;
        if (clock.monotonic() < sliceEnds) continue;
        await othersTurn();
        sliceEnds = clock.monotonic() + SLICE_MS;
      }
      const last = page.at(-1);
      if (last === undefined) break;
      before = last.id;
    }
    return { evaluated, withoutParams, changed, truncated: false };
  }
}

const AFTER: Readonly<Record<Decision['outcome'], ReplayOutcome>> = {
  PASSED: 'PASSED',
  HELD: 'HELD',
  DENIED: 'REJECTED',
};

/** What the pipeline decided when it wrote the log. */
function outcomeOf(log: readonly StageResult[]): ReplayOutcome {
  if (log.some(({ passed }) => !passed)) return 'REJECTED';
  return log.some(({ reason }) => reason !== null) ? 'HELD' : 'PASSED';
}

/** For the owner, who may hear what the sender may not. */
function reasonOf(decision: Decision): string | null {
  if (decision.outcome === 'PASSED') return decision.log.find(({ detail }) => detail !== undefined)?.detail ?? null;
  const denial = decision.log.findLast(({ passed }) => !passed);
  return denial?.detail ?? decision.reason;
}
