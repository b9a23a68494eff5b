import type { DenialKind } from '../generated/graphql.ts';

/** What each kind of denial is called in front of people. */
const KIND_WORDS: Readonly<Record<DenialKind, string>> = {
  NO_CONTRACT: 'No capabilities published',
  UNKNOWN_ACTION: 'Unknown action',
  INVALID_PARAMS: 'Invalid params',
  BROKEN_CONSTRAINT: 'Over a constraint',
  POLICY: 'Not allowed by the policies',
  STAGE_FAILED: 'The check itself failed',
  BUSY: 'Too busy to check',
  INVALID_RESULT: 'Invalid result',
  APPROVAL_DENIED: 'Not approved',
  BLOCKED: 'Blocked by the agent’s owner',
};

/** Why a stage denied or held a request: the kind in words, where one is recorded, before the reason. */
export const whyNot = ({
  kind,
  reason,
}: {
  readonly kind?: DenialKind | null | undefined;
  readonly reason?: string | null | undefined;
}): string | null => {
  const parts = [kind == null ? null : KIND_WORDS[kind], reason].filter((part) => part != null);
  return parts.length === 0 ? null : parts.join(': ');
};
