import type { Hints, ProgressHint, RequestHint, Topic } from '../application/ports/bus.ts';
import { PROGRESS_MESSAGE_MAX, REQUEST_STATUSES, type RequestProgress } from '../domain/request.ts';

/** The longest id or handle that a hint can name. */
const TEXT_MAX_LENGTH = 255;

/** A hint as it came from another node, or from a stranger who can write to what carries them. */
export type WireHint = { [Name in Topic]: { readonly topic: Name; readonly hint: Hints[Name] } }[Topic];

/** The hint under that topic, with nothing in it but what belongs there; null for anything that is none. */
export function decodeHint(topic: unknown, body: unknown): WireHint | null {
  if (!isRecord(body)) return null;
  switch (topic) {
    case 'request': {
      const hint = body.progress === undefined ? requestHint(body) : progressHint(body);
      return hint && { topic, hint };
    }
    case 'node': {
      const hint = requestHint(body);
      const { takenBy } = body;
      return hint && { topic, hint: isText(takenBy) ? { ...hint, takenBy } : hint };
    }
    case 'outcome':
      return isText(body.id) ? { topic, hint: { id: body.id } } : null;
    case 'agent':
      return { topic, hint: { event: body.event === 'opened' ? 'opened' : 'wake' } };
    case 'registry': {
      const hint = registryHint(body);
      return hint && { topic, hint };
    }
    case 'approval': {
      const { requestId, agentId } = body;
      return isText(requestId) && isText(agentId) ? { topic, hint: { requestId, agentId } } : null;
    }
    case 'activity': {
      const hint = activityHint(body);
      return hint && { topic, hint };
    }
    default:
      return null;
  }
}

function requestHint({ id, revision, status }: Body): RequestHint | null {
  return isText(id) && Number.isSafeInteger(revision) && isOneOf(REQUEST_STATUSES, status)
    ? { id, revision: Number(revision), status }
    : null;
}

function progressHint({ id, attempt, progress }: Body): ProgressHint | null {
  if (!isText(id) || !Number.isSafeInteger(attempt) || !isRecord(progress)) return null;
  const { value, total, message } = progress;
  const isProgress =
    Number.isFinite(value) &&
    (total === null || Number.isFinite(total)) &&
    (message === null || (typeof message === 'string' && message.length <= 2 * PROGRESS_MESSAGE_MAX));
  return isProgress ? { id, attempt: Number(attempt), progress: { value, total, message } as RequestProgress } : null;
}

function registryHint({ event, agentId, handle, apiKeyId, holderId, sessionId }: Body): Hints['registry'] | null {
  switch (event) {
    case 'agent-changed':
    case 'agent-deleted':
      return isText(agentId) && isText(handle) ? { event, agentId, handle } : null;
    case 'key-revoked':
      return isText(apiKeyId) ? { event, apiKeyId } : null;
    case 'holder-changed':
      return isText(holderId) ? { event, holderId } : null;
    case 'admin-session-ended':
      return sessionId === null || isText(sessionId) ? { event, sessionId } : null;
    default:
      return null;
  }
}

function activityHint(body: Body): Hints['activity'] | null {
  const { event, agentId, status } = body;
  if (event === 'agent-status') {
    return isText(agentId) && isOneOf(['ACTIVE', 'INACTIVE'], status) ? { event, agentId, status } : null;
  }
  const hint = event === 'request-status' ? requestHint(body) : null;
  return hint && { event: 'request-status', ...hint };
}

type Body = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Body => typeof value === 'object' && value !== null;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= TEXT_MAX_LENGTH;

const isOneOf = <Choice extends string>(choices: readonly Choice[], value: unknown): value is Choice =>
  choices.some((choice) => choice === value);
