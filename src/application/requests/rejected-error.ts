import { RequestRejectedError } from '../../domain/errors.ts';
import type { Request } from '../../domain/request.ts';
import { saidOfRequest } from '../../domain/verdict.ts';

/** What is told of a request that was rejected, by its log; and whether it is kept. */
export function rejectedError(
  { id, error, pipelineLog }: Pick<Request, 'id' | 'error' | 'pipelineLog'>,
  kept = true,
): RequestRejectedError {
  const denial = saidOfRequest(pipelineLog).findLast(({ passed }) => !passed);
  return new RequestRejectedError({
    stage: denial?.stage ?? 'pipeline',
    kind: denial?.kind ?? null,
    reason: denial?.reason ?? error?.message ?? 'The request was rejected.',
    issues: denial?.issues ?? [],
    requestId: id,
    kept,
  });
}
