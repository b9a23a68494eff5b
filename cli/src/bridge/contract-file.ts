import type { CapabilityInput } from '@clawcierge/agent-sdk';
import { readContract } from '../document-forms.ts';
import { DocumentFile } from '../documents.ts';
import { UsageError } from '../errors.ts';
import { problemLine } from '../publication.ts';

/** The capabilities in a contract's file. Throws a UsageError with every problem that it has. */
export async function capabilitiesIn(file: string): Promise<readonly CapabilityInput[]> {
  const read = readContract(await DocumentFile.read(file));
  if ('value' in read) return read.value;
  throw new UsageError(`${file} is no contract.`, read.problems.map(problemLine).join('\n'));
}
