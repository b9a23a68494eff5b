import { checkedKey } from './credentials.ts';
import { successOf } from './domain-errors.ts';
import { endpointsOf } from './endpoints.ts';
import { RegisterAgentDocument, RegisterSenderDocument } from './generated/graphql.ts';
import { executeOverHttp, type Fetch, type GraphqlHttpOptions } from './graphql-http.ts';
import type { AgentProfile } from './types.ts';

/** Which platform, and how it is reached. */
export interface PlatformOptions {
  /** The platform, as in `http://localhost:8000`. */
  readonly url: string;
  /**
   * How long one HTTP request may take.
   * @default 30000
   */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
}

/** Registers an agent. The key is shown this once. Throws HandleTakenError and InvalidInputError. */
export async function registerAgent(
  options: PlatformOptions & { readonly handle: string; readonly displayName: string; readonly description?: string },
): Promise<{ agent: AgentProfile; apiKey: string }> {
  const { handle, displayName, description } = options;
  const input = { handle, displayName, ...(description === undefined ? {} : { description }) };
  const { registerAgent: result } = await executeOverHttp(httpOf(options), RegisterAgentDocument, { input });
  const { agent, apiKey } = successOf(result);
  return { agent, apiKey };
}

/** Registers a sender. The key is shown this once. */
export async function registerSender(
  options: PlatformOptions & { readonly displayName: string },
): Promise<{ sender: { id: string; displayName: string }; apiKey: string }> {
  const input = { displayName: options.displayName };
  const { registerSender: result } = await executeOverHttp(httpOf(options), RegisterSenderDocument, { input });
  const { sender, apiKey } = successOf(result);
  return { sender, apiKey };
}

/** How the platform is reached, with a key or without. */
export function httpOf(options: PlatformOptions, apiKey?: string): GraphqlHttpOptions {
  return {
    url: endpointsOf(options.url).graphqlHttp,
    apiKey: apiKey === undefined ? undefined : checkedKey(apiKey),
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
  };
}
