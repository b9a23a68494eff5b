import { ActionError, type CapabilityInput, type ClawciergeAgent } from '../src/index.ts';
import { type Calendar, isoUtc, NoFreeSlotError, type ScheduleInput } from './calendar.ts';

/** The contract of the calendar agent, to be published with `publishCapabilities`. */
export const CALENDAR_CAPABILITIES: readonly CapabilityInput[] = [
  {
    action: 'calendar.schedule',
    description: 'Books the next free slot within working hours.',
    paramsSchema: {
      type: 'object',
      required: ['title', 'duration_minutes'],
      properties: {
        title: { type: 'string', minLength: 1, maxLength: 200 },
        duration_minutes: { type: 'integer', minimum: 15 },
        not_before: { type: 'string', format: 'date-time' },
        attendees: { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 200 } },
      },
    },
    constraints: { max_duration_minutes: 120 },
  },
  {
    action: 'calendar.free_busy',
    description: 'What is taken and what is free between two instants at most 31 days apart, without saying by what.',
    paramsSchema: {
      type: 'object',
      required: ['from', 'to'],
      properties: { from: { type: 'string', format: 'date-time' }, to: { type: 'string', format: 'date-time' } },
    },
  },
];

type Params = Readonly<Record<string, unknown>>;

const MAX_QUERY_MS = 31 * 24 * 60 * 60_000;

/** Has the agent keep the calendar. */
export function serveCalendar(agent: ClawciergeAgent, calendar: Calendar): void {
  agent.on('calendar.schedule', ({ id, params }) => {
    try {
      return calendar.schedule(id, scheduleInputOf(params));
    } catch (error) {
      if (error instanceof NoFreeSlotError) throw new ActionError(error.code, error.message, { cause: error });
      throw error;
    }
  });
  agent.on('calendar.free_busy', ({ params }) => {
    const from = instantOf(params, 'from');
    const to = instantOf(params, 'to');
    if (!(from < to && to.getTime() - from.getTime() <= MAX_QUERY_MS)) {
      throw invalid('"to" must be later than "from", by at most 31 days');
    }
    const { busy, free } = calendar.freeBusy(from, to);
    const asText = (interval: { start: Date; end: Date }) => ({
      start: isoUtc(interval.start),
      end: isoUtc(interval.end),
    });
    return { busy: busy.map(asText), free: free.map(asText) };
  });
}

/** The platform checks params against whatever contract is published; the agent depends on these, and so checks them. */
function scheduleInputOf(params: Params): ScheduleInput {
  const { title, duration_minutes: durationMinutes, attendees } = params;
  if (typeof title !== 'string' || title === '') throw invalid('"title" must be a text');
  if (typeof durationMinutes !== 'number' || !Number.isInteger(durationMinutes) || durationMinutes < 1) {
    throw invalid('"duration_minutes" must be a positive whole number');
  }
  if (attendees !== undefined && !isListOfTexts(attendees)) throw invalid('"attendees" must be a list of texts');
  return {
    title,
    durationMinutes,
    ...(params.not_before === undefined ? {} : { notBefore: instantOf(params, 'not_before') }),
    ...(attendees === undefined ? {} : { attendees }),
  };
}

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function instantOf(params: Params, name: string): Date {
  const value = params[name];
  const instant = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(instant.getTime())) throw invalid(`"${name}" must be an ISO 8601 date and time`);
  return instant;
}

const invalid = (message: string) => new ActionError('calendar.invalid_params', message);
