import { type CapabilityInput, InvalidInputError, type PublishedContract } from '@clawcierge/agent-sdk';
import type { Say } from './source.ts';

/** Of what the source can do nothing is left that could be published. */
export class NothingOfferedError extends Error {}

interface Publication {
  readonly contract: PublishedContract;
  /** What of the given is in it. */
  readonly offered: readonly CapabilityInput[];
}

/**
 * Publishes as much as the platform takes. What it refuses is left out, capability by capability, and said with the reason; a
 * schema of results that it refuses costs only itself. Throws a NothingOfferedError where nothing is left.
 */
export async function publishWhatIsTaken(
  capabilities: readonly CapabilityInput[],
  publish: (capabilities: readonly CapabilityInput[]) => Promise<PublishedContract>,
  say: Say,
): Promise<Publication> {
  let offered = capabilities;
  for (;;) {
    if (offered.length === 0) throw new NothingOfferedError('There is nothing to offer: no capability is left.');
    try {
      return { contract: await publish(offered), offered };
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      offered = withoutRefused(offered, error, say);
    }
  }
}

/** At which capability, and at what of it, an issue is. */
const PLACE = /^input\.capabilities\.(\d+)(?:\.(\w+))?/;

function withoutRefused(
  capabilities: readonly CapabilityInput[],
  { issues }: InvalidInputError,
  say: Say,
): readonly CapabilityInput[] {
  const refused = new Map<number, string>();
  const withoutSchema = new Map<number, string>();
  for (const { path, message } of issues) {
    const [, index, member] = PLACE.exec(path) ?? [];
    if (index === undefined) continue;
    const isOnlySchema = member === 'resultSchema' && capabilities[Number(index)]?.resultSchema != null;
    (isOnlySchema ? withoutSchema : refused).set(Number(index), message);
  }
  if (refused.size === 0 && withoutSchema.size === 0) {
    return smaller(capabilities, issues.map(({ message }) => message).join(' '), say);
  }
  return capabilities.flatMap((capability, index) => {
    const why = refused.get(index);
    if (why !== undefined) {
      say(`left out: ${capability.action}: ${why}`);
      return [];
    }
    const whySchema = withoutSchema.get(index);
    if (whySchema === undefined) return [capability];
    say(`left out: the result schema of ${capability.action}: ${whySchema}`);
    return [withoutResultSchema(capability)];
  });
}

/** What is wrong is the whole: the largest schema of results goes first, then the capabilities from the last one on. */
function smaller(capabilities: readonly CapabilityInput[], why: string, say: Say): readonly CapabilityInput[] {
  const sizes = capabilities.map(({ resultSchema }) => (resultSchema ? JSON.stringify(resultSchema).length : 0));
  const largest = Math.max(...sizes);
  if (largest === 0) {
    say(`left out: ${capabilities.at(-1)?.action}: ${why}`);
    return capabilities.slice(0, -1);
  }
  return capabilities.map((capability, index) => {
    if (index !== sizes.indexOf(largest)) return capability;
    say(`left out: the result schema of ${capability.action}: ${why}`);
    return withoutResultSchema(capability);
  });
}

function withoutResultSchema({ resultSchema: _, ...capability }: CapabilityInput): CapabilityInput {
  return capability;
}
