import { type CapabilityInput, InvalidInputError, type PublishedContract } from '@clawcierge/agent-sdk';
import type { Say } from './source.ts';

/** Of what the source can do nothing is left that could be published. */
export class NothingOfferedError extends Error {}

interface Publication {
  readonly contract: PublishedContract;
  /** What of the given is in it. */
  readonly offered: readonly CapabilityInput[];
}

/** What the platform takes as a contract: what is more is not tried. */
const CAPABILITIES_MAX = 256;
const CONTRACT_MAX_BYTES = 512 * 1024;
/** How much of what is still too large goes with each refusal, as a part of the whole: refusals may be limited in number. */
const PARTS = 16;

/**
 * Publishes as much as the platform takes. What it refuses is left out, capability by capability, and said with the reason; a
 * schema of results that it refuses costs only itself. Throws a NothingOfferedError where nothing is left.
 */
export async function publishWhatIsTaken(
  capabilities: readonly CapabilityInput[],
  publish: (capabilities: readonly CapabilityInput[]) => Promise<PublishedContract>,
  say: Say,
): Promise<Publication> {
  let offered = withinBounds(capabilities, say);
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

function withinBounds(capabilities: readonly CapabilityInput[], say: Say): readonly CapabilityInput[] {
  const first = capabilities.slice(0, CAPABILITIES_MAX);
  const others = capabilities.slice(CAPABILITIES_MAX);
  if (others.length > 0) {
    const names = others.map(({ action }) => action).join(', ');
    say(`left out: ${others.length} capabilities, since a contract has at most ${CAPABILITIES_MAX}: ${names}`);
  }
  return smaller(first, bytesOf(first) - CONTRACT_MAX_BYTES, `A contract has at most ${CONTRACT_MAX_BYTES} bytes`, say);
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
    return smaller(capabilities, bytesOf(capabilities) / PARTS, issues.map(({ message }) => message).join(' '), say);
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

/** Less by so many bytes: the largest schemas of results go first, then the capabilities from the last one on. */
function smaller(
  capabilities: readonly CapabilityInput[],
  bytes: number,
  why: string,
  say: Say,
): readonly CapabilityInput[] {
  const kept = [...capabilities];
  for (let excess = bytes; excess > 0; ) {
    const sizes = kept.map(({ resultSchema }) => (resultSchema ? bytesOf(resultSchema) : 0));
    const largest = Math.max(...sizes);
    const index = largest > 0 ? sizes.indexOf(largest) : kept.length - 1;
    const capability = kept[index];
    if (capability === undefined) break;
    if (largest > 0) {
      say(`left out: the result schema of ${capability.action}: ${why}`);
      kept[index] = withoutResultSchema(capability);
      excess -= largest;
    } else {
      say(`left out: ${capability.action}: ${why}`);
      kept.pop();
      excess -= bytesOf(capability);
    }
  }
  return kept;
}

const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));

function withoutResultSchema({ resultSchema: _, ...capability }: CapabilityInput): CapabilityInput {
  return capability;
}
