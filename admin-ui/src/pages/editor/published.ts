import type { CombinedError } from 'urql';
import type { Findings } from './findings.tsx';

type Finding = { readonly path: string; readonly message: string };

/** What publishing or checking answers, whichever document it was. */
type Answer =
  | { readonly __typename: string; readonly issues: readonly Finding[]; readonly warnings: readonly Finding[] }
  | { readonly __typename: string; readonly message: string; readonly issues?: readonly Finding[] };

/** What was found. Throws an Error whose message is for people where nothing was looked at. */
export function findingsOf(
  answer: Answer | undefined,
  error: CombinedError | undefined,
  version: number | null,
): Findings {
  if (answer === undefined) {
    throw new Error(
      error?.networkError ? 'The platform does not answer.' : (error?.message ?? 'Nothing was answered.'),
    );
  }
  if ('warnings' in answer) return { issues: answer.issues, warnings: answer.warnings, version };
  if (answer.issues === undefined) throw new Error(answer.message);
  return { issues: answer.issues, warnings: [], version: null };
}
