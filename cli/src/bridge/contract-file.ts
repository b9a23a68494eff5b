import { readFileSync } from 'node:fs';
import type { CapabilityInput } from '@clawcierge/agent-sdk';
import { parse } from 'yaml';

/** The capabilities in a file. */
export function capabilitiesIn(file: string): readonly CapabilityInput[] {
  return parse(readFileSync(file, 'utf8')).capabilities;
}
