import { answerLimit } from './answer-limit.ts';
import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import { RegisterAgentDocument, RegisterSenderDocument } from './generated/graphql.ts';
import { executeOverHttp, type Fetch, type GraphqlHttpOptions } from './graphql-http.ts';
import { type PlatformUrl, PlatformUrls } from './platform-urls.ts';
import { type ProofOfWorkOptions, withProofOfWork } from './proof-of-work.ts';
import type { AgentProfile } from './types.ts';

/** Which platform, and how it is reached. */
export interface PlatformOptions {
  /** The platform, as in `http://localhost:8000`; several where it has several, of which one that answers is used. */
  readonly url: PlatformUrl;
  /**
   * How long one HTTP request may take.
   * @default 30000
   */
  readonly timeoutMs?: number;
  /**
   * The largest answer that is taken of the platform, in bytes; more of one leads to AnswerTooLargeError.
   * @default 16777216
   */
  readonly maxAnswerBytes?: number;
  readonly fetch?: Fetch;
}

/** Who registers. */
export interface RegistrationOptions extends PlatformOptions, ProofOfWorkOptions {
  readonly displayName: string;
  /** The key of the owner who is to have it, `clw_owner_…`. */
  readonly ownerKey?: string;
  /** The code of an invitation, `clw_invite_…`, where the platform asks for one. */
  readonly invitation?: string;
}

/**
 * Registers an agent. The keys are shown this once: the agent's own, and its new owner's. With an owner's key it is that
 * owner's, and `ownerKey` is null; without one it gets an owner of its own. Where the platform asks for a
 * proof of work, it is done. Throws HandleTakenError, InvalidInputError, RegistrationClosedError and, for more work than is
 * done, WorkRequiredError.
 */
export async function registerAgent(
  options: RegistrationOptions & { readonly handle: string; readonly description?: string },
): Promise<{ agent: AgentProfile; apiKey: string; ownerKey: string | null }> {
  const { handle, description } = options;
  const input = { handle, ...inputOf(options), ...(description === undefined ? {} : { description }) };
  const http = httpOf(options, options.ownerKey);
  return withProofOfWork(options, async (proof) => {
    const { registerAgent: result } = await executeOverHttp(http, RegisterAgentDocument, {
      input: { ...input, ...proof },
    });
    const { agent, apiKey, ownerKey } = successOf(result);
    return { agent, apiKey, ownerKey };
  });
}

/**
 * Registers a sender. The key is shown this once. A proof of work is done as by registerAgent. Throws InvalidInputError,
 * RegistrationClosedError and WorkRequiredError.
 */
export async function registerSender(
  options: RegistrationOptions,
): Promise<{ sender: { id: string; displayName: string }; apiKey: string }> {
  const http = httpOf(options, options.ownerKey);
  return withProofOfWork(options, async (proof) => {
    const input = { ...inputOf(options), ...proof };
    const { registerSender: result } = await executeOverHttp(http, RegisterSenderDocument, { input });
    const { sender, apiKey } = successOf(result);
    return { sender, apiKey };
  });
}

/** A platform that is older does not know what is left out. */
const inputOf = ({ displayName, invitation }: RegistrationOptions) => ({
  displayName,
  ...(invitation === undefined ? {} : { invitation }),
});

/** How the platform is reached, with a key or without. */
export function httpOf(options: PlatformOptions, apiKey?: string): GraphqlHttpOptions {
  return {
    urls: new PlatformUrls(options.url),
    apiKey: apiKey === undefined ? undefined : checkedKey(apiKey),
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
    maxAnswerBytes: answerLimit(options.maxAnswerBytes),
  };
}
