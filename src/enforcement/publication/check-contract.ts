import type { ContractDraft, Findings } from '../../domain/publication.ts';
import { checkCapabilities } from '../contract/check-capabilities.ts';
import type { Isolate } from '../isolate.ts';

/** What there is to say about a contract. Throws UnavailableError when the isolate has no room. */
export async function checkContract({ agentId, capabilities }: ContractDraft, isolate: Isolate): Promise<Findings> {
  return { errors: await checkCapabilities(capabilities, isolate, agentId), warnings: [] };
}
