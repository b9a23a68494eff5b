import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type AnyVariables, type CombinedError, useMutation } from 'urql';

/** What every mutation answers: one member of its union. */
type Answer = { readonly __typename: string };
type Issue = { readonly path: string; readonly message: string };

type Act<A extends Answer, Variables> = {
  /** Answers the success, or null where there was none: then `problem` says why. */
  readonly act: (variables: Variables) => Promise<Extract<A, { __typename: `${string}Success` }> | null>;
  readonly isBusy: boolean;
  readonly answer: A | null;
  /** Why it failed, for people. */
  readonly problem: string | null;
  /** What is wrong with each part of the input. */
  readonly issues: readonly Issue[];
};

export const messageOf = (error: CombinedError): string =>
  error.networkError ? 'The platform does not answer.' : error.graphQLErrors.map(({ message }) => message).join(' ');

/** A mutation of one field, with why it failed in words. */
export function useAct<A extends Answer, Variables extends AnyVariables>(
  document: TypedDocumentNode<Readonly<Record<string, A>>, Variables>,
): Act<A, Variables> {
  const [{ fetching, error, data }, run] = useMutation(document);
  const answer = answerOf(data);
  return {
    act: async (variables) => {
      const done = answerOf((await run(variables)).data);
      return done !== null && isSuccess<A>(done) ? done : null;
    },
    isBusy: fetching,
    answer,
    problem: error ? messageOf(error) : answer && 'message' in answer ? String(answer.message) : null,
    issues: answer && 'issues' in answer && !isSuccess(answer) ? (answer.issues as readonly Issue[]) : [],
  };
}

const answerOf = <A extends Answer>(data: Readonly<Record<string, A>> | undefined): A | null =>
  data === undefined ? null : (Object.values(data).find((each) => typeof each === 'object') ?? null);

const isSuccess = <A extends Answer>(answer: A): answer is Extract<A, { __typename: `${string}Success` }> =>
  answer.__typename.endsWith('Success');
