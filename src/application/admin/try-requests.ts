import { Type } from 'typebox';
import { actorOf } from '../../domain/actor.ts';
import { EVERY_SCOPE } from '../../domain/api-key.ts';
import { AgentNotFoundError, AgentQuarantinedError, InvalidInputError } from '../../domain/errors.ts';
import { complete, type InputValueOf, id, nullable } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal, SenderPrincipal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Decision } from '../../domain/verdict.ts';
import { requireAdmin } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import { InputIssues } from '../input-issues.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { SenderStore } from '../ports/sender-store.ts';
import type { SuspensionStore } from '../ports/suspension-store.ts';
import { createFactsOf } from '../requests/facts.ts';
import { SUBMIT_REQUEST, type SubmitRequest, type SubmitRequestInput } from '../requests/submit-request.ts';
import { logActOfAdmin } from './log-act.ts';

type Dependencies = {
  readonly agents: AgentStore;
  readonly senders: SenderStore;
  readonly suspensions: SuspensionStore;
  readonly requests: RequestStore;
  readonly log: Log;
  readonly directory: Directory;
  readonly enforcement: Enforcement;
  readonly clock: Clock;
  readonly submitRequest: SubmitRequest;
};

export const DRY_RUN = Type.Object({
  ...Type.Pick(SUBMIT_REQUEST, ['handle', 'action', 'params']).properties,
  senderId: nullable(id('Whose request to pretend it is; the test sender’s when left out.')),
});
export type DryRunInput = InputValueOf<typeof DRY_RUN>;

/** What a dry run throws. */
export const DRY_RUN_ERRORS = [InvalidInputError, AgentNotFoundError, AgentQuarantinedError] as const;

/** The sender that administrators' trial requests come from: the same on every node. */
export const TEST_SENDER_ID = '01900000-0000-7000-8000-00000000c1a0';
const TEST_SENDER_NAME = 'Administrator’s test sender';

/** Trying an agent out, as administrators do. */
export function createTryRequests(deps: Dependencies) {
  const { agents, senders, suspensions, directory, enforcement, clock, log, submitRequest } = deps;
  const factsOf = createFactsOf(deps);

  /** What the pipeline would say. Nothing is stored, nothing is sent. Throws DRY_RUN_ERRORS. */
  async function dryRunRequest(principal: Principal | null, input: DryRunInput): Promise<Decision> {
    requireAdmin(principal);
    const { handle, action, params, senderId: pretended } = complete(DRY_RUN, input);
    const senderId = pretended ?? TEST_SENDER_ID;
    const issues = new InputIssues();
    issues.texts(DRY_RUN, input);
    issues.payload('params', params, enforcement);
    if (!isUuid(senderId)) issues.add('senderId', 'must be the id of a sender, a UUID');
    issues.throwIfAny();
    const agent = await directory.agentOf(handle);
    if (!agent) throw new AgentNotFoundError(handle);
    const senderKind = (await agents.byIds([senderId]))[0] ? 'agent' : 'sender';
    const facts = await factsOf(agent, { senderId, senderKind, action, params: params.value });
    return enforcement.decide('request', facts);
  }

  /** Submits for real, as the test sender. Throws SUBMIT_REQUEST_ERRORS. */
  async function submitTestRequest(principal: Principal | null, input: SubmitRequestInput): Promise<Request> {
    requireAdmin(principal);
    const request = await submitRequest(await testSender(), input, actorOf(principal));
    logActOfAdmin(log, principal, 'submit a test request', { agentId: request.agentId, requestId: request.id });
    return request;
  }

  async function testSender(): Promise<SenderPrincipal> {
    await ensureTestSender();
    const [suspension] = await suspensions.bySubjects([TEST_SENDER_ID]);
    return {
      kind: 'sender',
      senderId: TEST_SENDER_ID,
      apiKeyId: newId(),
      keyExpiresAt: null,
      sessionId: null,
      scopes: EVERY_SCOPE.SENDER,
      isSuspended: suspension !== null,
    };
  }

  /** Its key is made because every sender has one, and told to nobody. */
  async function ensureTestSender(): Promise<void> {
    const isThere = async () => (await senders.byIds([TEST_SENDER_ID]))[0] !== null;
    if (await isThere()) return;
    const sender = { id: TEST_SENDER_ID, displayName: TEST_SENDER_NAME, createdAt: clock.now() };
    try {
      await senders.insert(sender, newApiKey('SENDER', null).key);
    } catch (error) {
      // Another node may have been quicker.
      if (!(await isThere())) throw error;
    }
  }

  return { dryRunRequest, submitTestRequest };
}
