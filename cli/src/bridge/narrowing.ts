import type { CapabilityInput } from '@clawcierge/agent-sdk';

/** Which of a source's capabilities are offered. */
export interface Narrowing {
  /** Only actions that one of these matches; all of them where there is none. */
  readonly allow: readonly string[];
  /** No action that one of these matches. */
  readonly deny: readonly string[];
  /** Only those that say that they change nothing. */
  readonly readOnly: boolean;
}

/** The capabilities that are to be offered, in their order, and the globs that match none of the source's. */
export function narrowed(
  capabilities: readonly CapabilityInput[],
  { allow, deny, readOnly }: Narrowing,
): { readonly offered: readonly CapabilityInput[]; readonly idle: readonly string[] } {
  const matches = (globs: readonly string[], { action }: CapabilityInput) =>
    globs.some((glob) => matchesGlob(glob, action));
  const offered = capabilities.filter(
    (each) =>
      (allow.length === 0 || matches(allow, each)) &&
      !matches(deny, each) &&
      (!readOnly || each.hints?.readOnly === true),
  );
  const idle = [...allow, ...deny].filter((glob) => !capabilities.some(({ action }) => matchesGlob(glob, action)));
  return { offered, idle };
}

/** Whether the whole name fits the glob, in which `*` is any characters and `?` is one. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(name);
}

/**
 * Whether something may be done that cannot be taken back. As in MCP, what changes something counts as destructive unless
 * it says that it is not.
 */
export const isDestructive = ({ hints }: CapabilityInput): boolean =>
  hints?.readOnly !== true && hints?.destructive !== false;

/** Whether a request may be done twice without harm. */
export const isRepeatable = ({ hints }: CapabilityInput): boolean =>
  hints?.readOnly === true || hints?.idempotent === true;
