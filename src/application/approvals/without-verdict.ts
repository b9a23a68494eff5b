import { AgentQuarantinedError, OverloadedError, RateLimitedError, UnavailableError } from '../../domain/errors.ts';

const WITHOUT_VERDICT = [AgentQuarantinedError, OverloadedError, RateLimitedError, UnavailableError] as const;

/** What is thrown where nothing was found out about a request, which is no verdict: each says when it is worth another try. */
export type WithoutVerdict = InstanceType<(typeof WITHOUT_VERDICT)[number]>;

export const isWithoutVerdict = (error: unknown): error is WithoutVerdict =>
  WITHOUT_VERDICT.some((each) => error instanceof each);
