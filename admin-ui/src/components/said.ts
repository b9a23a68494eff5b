import type { CapabilityInput, ContractFragment, HintsFragment } from '../generated/graphql.ts';

/** What an agent may say of an action, and the word for it. */
export const HINTS = [
  { name: 'readOnly', word: 'read-only' },
  { name: 'destructive', word: 'destructive' },
  { name: 'idempotent', word: 'idempotent' },
  { name: 'openWorld', word: 'open world' },
] as const satisfies readonly { readonly name: keyof HintsFragment; readonly word: string }[];

type Capability = ContractFragment['capabilities'][number];

/** What the author of a capability said of it, without what is the same when it is left out. */
export function saidOf({ resultFormat, hints, ...rest }: Capability): CapabilityInput {
  const saidHints = withoutNulls(hints);
  return {
    ...withoutNulls(rest),
    ...(resultFormat !== 'JSON' && { resultFormat }),
    ...(Object.keys(saidHints).length > 0 && { hints: saidHints }),
  };
}

/** Nor with the name of the type that the client adds to what it reads. */
const withoutNulls = <Of extends object>(record: Of) =>
  Object.fromEntries(Object.entries(record).filter(([name, value]) => value !== null && name !== '__typename')) as {
    [Name in keyof Of]: NonNullable<Of[Name]>;
  };
