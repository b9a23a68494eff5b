import { type Params, valueText } from '../../components/json-values.ts';
import type { ApprovalDetailsFragment } from '../../generated/graphql.ts';
import { paramRows } from './param-rows.ts';

/** One thing that is otherwise than it was shown. */
export type Changed = { readonly what: string; readonly before: string; readonly after: string };

type Approval = Pick<
  ApprovalDetailsFragment,
  | 'request'
  | 'effectiveParams'
  | 'policyVersion'
  | 'contractVersion'
  | 'quorum'
  | 'expiresAt'
  | 'holdReasons'
  | 'decisions'
>;

/** What would be done: what was asked, or what somebody has made of it. */
export const paramsToDo = ({ request, effectiveParams }: Pick<Approval, 'request' | 'effectiveParams'>) =>
  effectiveParams ?? request.params;

const reasonsOf = ({ holdReasons }: Approval): string => holdReasons.map(({ reason }) => reason).join('; ');

/** Which params are others than they were. */
export const paramChanges = (before: Params, after: Params): readonly Changed[] =>
  paramRows({ params: after, schema: {}, before, depth: Infinity }).flatMap((row) =>
    row.change === null ? [] : [{ what: row.path, before: valueText(row.before), after: valueText(row.value) }],
  );

/** What became of an approval between two looks at it, in the words of the page. */
export function changesBetween(before: Approval, after: Approval): readonly Changed[] {
  const changes: Changed[] = [];
  const compare = (what: string, read: (approval: Approval) => string) => {
    const [old, now] = [read(before), read(after)];
    if (old !== now) changes.push({ what, before: old, after: now });
  };
  compare('Action', ({ request }) => request.action);
  for (const change of paramChanges(paramsToDo(before), paramsToDo(after))) {
    changes.push({ ...change, what: `Param ${change.what}` });
  }
  compare('Policies', ({ policyVersion }) => `version ${policyVersion}`);
  compare('Contract', ({ contractVersion }) => `version ${contractVersion}`);
  compare('Why it is held', reasonsOf);
  compare('Approvals needed', ({ quorum }) => String(quorum));
  compare('Until', ({ expiresAt }) => expiresAt);
  if (after.decisions.length < before.decisions.length) {
    compare('Votes', ({ decisions }) => String(decisions.length));
  }
  return changes;
}
