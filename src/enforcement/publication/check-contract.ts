import type { Capability } from '../../domain/contract.ts';
import type { ContractDraft, Findings } from '../../domain/publication.ts';
import { checkCapabilities } from '../contract/check-capabilities.ts';
import type { Isolate } from '../isolate.ts';
import { checkDocuments } from './check-documents.ts';

/**
 * What there is to say about a contract: alone, and with the rules in force once nothing is wrong with it alone.
 * Throws OverloadedError when the isolate has no room.
 */
export async function checkContract(draft: ContractDraft, isolate: Isolate): Promise<Findings> {
  const { agentId, capabilities, policies } = draft;
  const errors = await checkCapabilities(capabilities, isolate, agentId);
  const rules = policies?.rules ?? [];
  const isPlain = rules.length === 0 && capabilities.every(namesNoParams);
  if (errors.length > 0 || isPlain) return { errors, warnings: [] };
  const defaultAction = policies?.defaultAction ?? 'ALLOW';
  return checkDocuments({ about: 'contract', rules, defaultAction, capabilities, canApprove: true }, isolate, agentId);
}

/** Whether it says nothing of single params but in its schema. */
const namesNoParams = ({ constraints, textParam }: Capability): boolean =>
  textParam === null && Object.keys(constraints).length === 0;
