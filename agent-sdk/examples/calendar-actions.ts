import { z } from 'zod';
import { ActionError, type ClawciergeAgent } from '../src/index.ts';
import { type Calendar, type Interval, isoUtc, NoFreeSlotError } from './calendar.ts';

const MAX_QUERY_MS = 31 * 24 * 60 * 60_000;

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const interval = z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) });

/** Has the agent keep the calendar. */
export function serveCalendar(agent: ClawciergeAgent, calendar: Calendar): ClawciergeAgent {
  agent.action(
    'calendar.schedule',
    {
      title: 'Schedule a meeting',
      description: 'Books the next free slot within working hours.',
      params: z.object({
        title: z.string().min(1).max(200),
        duration_minutes: z.int().min(15),
        not_before: instant.optional(),
        attendees: z.array(z.string().max(200)).max(50).optional(),
      }),
      result: z.object({
        event_id: z.string(),
        title: z.string(),
        scheduled_time: z.iso.datetime({ offset: true }),
        duration_minutes: z.int(),
        status: z.literal('confirmed'),
        attendees: z.array(z.string()).readonly().optional(),
      }),
      constraints: { max_duration_minutes: 120 },
      hints: { readOnly: false, destructive: false, idempotent: false, openWorld: false },
    },
    ({ id, params: { title, duration_minutes: durationMinutes, not_before: notBefore, attendees } }) => {
      try {
        return calendar.schedule(id, { title, durationMinutes, notBefore, attendees });
      } catch (error) {
        if (error instanceof NoFreeSlotError) throw new ActionError(error.code, error.message, { cause: error });
        throw error;
      }
    },
  );
  agent.action(
    'calendar.free_busy',
    {
      title: 'Free and busy times',
      description: 'What is taken and what is free between two instants at most 31 days apart, without saying by what.',
      params: z
        .object({ from: instant, to: instant })
        .refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= MAX_QUERY_MS, {
          message: '"to" must be later than "from", by at most 31 days',
        }),
      result: z.object({ busy: z.array(interval), free: z.array(interval) }),
      hints: { readOnly: true },
    },
    ({ params: { from, to } }) => {
      const { busy, free } = calendar.freeBusy(from, to);
      return { busy: busy.map(asText), free: free.map(asText) };
    },
  );
  return agent;
}

const asText = ({ start, end }: Interval) => ({ start: isoUtc(start), end: isoUtc(end) });
