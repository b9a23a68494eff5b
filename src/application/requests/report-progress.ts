import { Type } from 'typebox';
import { InvalidInputError, RequestFinishedError, RequestNotFoundError, SuspendedError } from '../../domain/errors.ts';
import { complete, type InputValueOf } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import { REQUEST, REQUEST_PROGRESS, type Request, type RequestProgress } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { InputIssues } from '../input-issues.ts';
import { noteFutileAnswer, noteInCall, noteRecordedAnswer } from '../ports/call.ts';
import { COST } from '../ports/cost.ts';
import { type AcknowledgeRequestInput, requireAnswering } from './answer-request.ts';
import type { ProgressReports } from './progress-reports.ts';

export const REPORT_PROGRESS = Type.Object({
  requestId: REQUEST.properties.id,
  ...REQUEST_PROGRESS.properties,
});
export type ReportProgressInput = InputValueOf<typeof REPORT_PROGRESS>;

type Dependencies = {
  readonly progress: Pick<ProgressReports, 'take'>;
  readonly acknowledgeRequest: (
    principal: Principal | null,
    input: AcknowledgeRequestInput,
    channelId?: string,
  ) => Promise<Request>;
};

/** What reporting progress throws. InvalidInputError, too, where the number does not rise, and where no channel has the request. */
export const REPORT_PROGRESS_ERRORS = [
  InvalidInputError,
  RequestNotFoundError,
  RequestFinishedError,
  SuspendedError,
] as const;

/**
 * An agent says how far it is with a request of its own that it was given and has not finished, which acknowledges it. Answers
 * the progress. `channelId` as with an ack. Throws REPORT_PROGRESS_ERRORS.
 */
export function createReportProgress({ progress, acknowledgeRequest }: Dependencies) {
  return async (
    principal: Principal | null,
    input: ReportProgressInput,
    channelId?: string,
  ): Promise<RequestProgress> => {
    const { agentId } = requireAnswering(principal);
    const { requestId, ...said } = complete(REPORT_PROGRESS, input);
    check(input);
    if (!isUuid(requestId)) throw new RequestNotFoundError();
    noteInCall({ requestId });
    const acknowledge = () => acknowledgeRequest(principal, { requestId }, channelId);
    const stands = await progress.take(agentId, requestId, said, acknowledge);
    noteFutileAnswer(COST.progress);
    if (stands === null) throw wrong('requestId', 'is of a request that no channel of the agent has just now');
    if (stands !== said) throw wrong('value', `must be higher than before, which was ${stands.value}`);
    noteRecordedAnswer();
    return said;
  };
}

function check(input: ReportProgressInput): void {
  const issues = new InputIssues();
  issues.texts(REPORT_PROGRESS, input);
  for (const name of ['value', 'total'] as const) {
    if (input[name] != null && !Number.isFinite(input[name])) issues.add(name, 'must be a finite number');
  }
  issues.throwIfAny();
}

const wrong = (field: string, message: string) => new InvalidInputError([{ path: `input.${field}`, message }]);
