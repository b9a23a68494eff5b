import { isUuid } from '../../domain/uuid.ts';
import { outermostMembers } from '../outermost-members.ts';

const TYPE = 'type';
const ID = 'request_id';
/** Members that no message from an agent has but an outcome. */
const OF_OUTCOMES = ['status', 'result', 'error'] as const;
const WANTED: ReadonlySet<string> = new Set([TYPE, ID, ...OF_OUTCOMES]);

/**
 * Whose outcome a message is that cannot be read as JSON, or is too large to be; null where that cannot be told. What a
 * result quotes is not taken for the message's own, and a message that names two requests names none.
 */
export function outcomeNamedBy(text: string): string | null {
  const { names, texts } = outermostMembers(text, WANTED);
  const id = texts.get(ID) ?? null;
  if (id === null || !isUuid(id)) return null;
  // A type that was not read may come behind what broke the text.
  const isOutcome = names.has(TYPE) ? texts.get(TYPE) === 'action.result' : OF_OUTCOMES.some((each) => names.has(each));
  return isOutcome ? id : null;
}
