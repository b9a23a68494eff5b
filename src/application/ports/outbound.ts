/** Why a call out has no answer. */
export type OutboundProblem = 'address' | 'private' | 'unknown-name' | 'tls' | 'timeout' | 'unreachable';

/** A call out that has no answer; what it was is its cause. */
export class OutboundError extends Error {
  readonly problem: OutboundProblem;

  constructor(problem: OutboundProblem, options?: ErrorOptions) {
    super(`a call out has no answer: ${problem}`, options);
    this.problem = problem;
  }
}

/**
 * The one way out to addresses that strangers name (docs/decisions/0052). No call follows a redirect, sends a credential of
 * the platform, or takes longer than a few seconds.
 */
export interface Outbound {
  /**
   * What is wrong with the address itself, as `must …`; null for nothing. Nobody is asked, so a name that stands for a private
   * address passes here, and is refused when it is called.
   */
  problemOf(url: string): string | null;
  /**
   * Answers the status, whatever it is; what else is answered is read to a bound and thrown away. Throws OutboundError where
   * there is no status.
   */
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal?: AbortSignal): Promise<number>;
}
