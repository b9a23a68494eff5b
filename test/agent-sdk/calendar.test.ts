import { describe, expect, it } from 'vitest';
import { Calendar, NoFreeSlotError } from '../../agent-sdk/examples/calendar.ts';

/** A Wednesday. */
const WEDNESDAY = '2026-02-11';

function calendarAt(now: string) {
  let ids = 0;
  const newId = () => {
    ids += 1;
    return String(ids);
  };
  return new Calendar({ now: () => new Date(now), newId });
}

const timesOf = (calendar: Calendar, count: number, durationMinutes: number, notBefore?: string) =>
  Array.from({ length: count }, (_, index) => {
    const input = { title: 'Sync', durationMinutes, ...(notBefore ? { notBefore: new Date(notBefore) } : {}) };
    return calendar.schedule(`${notBefore}-${index}`, input).scheduled_time;
  });

describe('Calendar', () => {
  it('books as the walkthrough shows it', () => {
    const event = calendarAt(`${WEDNESDAY}T00:30:00Z`).schedule('r1', { title: 'Standup', durationMinutes: 30 });
    expect(event).toEqual({
      event_id: 'evt-1',
      title: 'Standup',
      scheduled_time: '2026-02-11T09:00:00+00:00',
      duration_minutes: 30,
      status: 'confirmed',
    });
  });

  it('books the next quarter hour, never the past', () => {
    expect(timesOf(calendarAt(`${WEDNESDAY}T10:07:31Z`), 1, 30)).toEqual(['2026-02-11T10:15:00+00:00']);
  });

  it('books nothing twice', () => {
    const calendar = calendarAt(`${WEDNESDAY}T15:30:00Z`);
    expect(timesOf(calendar, 4, 45)).toEqual([
      '2026-02-11T15:30:00+00:00',
      '2026-02-11T16:15:00+00:00',
      '2026-02-12T09:00:00+00:00',
      '2026-02-12T09:45:00+00:00',
    ]);
  });

  it('fills a gap that is wide enough, and no narrower one', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    timesOf(calendar, 1, 60, `${WEDNESDAY}T09:30:00Z`);
    expect(timesOf(calendar, 1, 45)).toEqual(['2026-02-11T10:30:00+00:00']);
    expect(timesOf(calendar, 1, 30, `${WEDNESDAY}T08:00:00Z`)).toEqual(['2026-02-11T09:00:00+00:00']);
  });

  it('keeps to working hours and days', () => {
    const friday = calendarAt('2026-02-13T16:30:00Z');
    expect(timesOf(friday, 2, 30)).toEqual(['2026-02-13T16:30:00+00:00', '2026-02-16T09:00:00+00:00']);
  });

  it('heeds not_before', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    expect(timesOf(calendar, 1, 30, '2026-02-20T13:05:00Z')).toEqual(['2026-02-20T13:15:00+00:00']);
  });

  it('answers the same request with the same event', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    const first = calendar.schedule('r1', { title: 'Standup', durationMinutes: 30 });
    expect(calendar.schedule('r1', { title: 'Standup', durationMinutes: 30 })).toBe(first);
    expect(calendar.schedule('r2', { title: 'Standup', durationMinutes: 30 }).scheduled_time).toContain('09:30');
  });

  it('says so where nothing is free', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    expect(() => calendar.schedule('r1', { title: 'All day', durationMinutes: 9 * 60 })).toThrow(NoFreeSlotError);
  });

  it('shows what is taken and what is free of the working hours', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    timesOf(calendar, 1, 60, `${WEDNESDAY}T10:00:00Z`);
    const day = calendar.freeBusy(new Date(`${WEDNESDAY}T00:00:00Z`), new Date(`${WEDNESDAY}T12:00:00Z`));
    const hours = ({ start, end }: { start: Date; end: Date }) =>
      `${start.toISOString().slice(11, 16)}-${end.toISOString().slice(11, 16)}`;
    expect(day.busy.map(hours)).toEqual(['10:00-11:00']);
    expect(day.free.map(hours)).toEqual(['09:00-10:00', '11:00-12:00']);
  });

  it('never overlaps, whatever is asked of it', () => {
    const calendar = calendarAt(`${WEDNESDAY}T08:00:00Z`);
    const durations = [15, 120, 45, 30, 60, 90, 15, 105];
    const events = Array.from({ length: 200 }, (_, index) =>
      calendar.schedule(`r${index}`, { title: 'Sync', durationMinutes: durations[index % durations.length] ?? 15 }),
    );
    const intervals = events
      .map(({ scheduled_time, duration_minutes }) => {
        const start = Date.parse(scheduled_time);
        return { start, end: start + duration_minutes * 60_000 };
      })
      .sort((a, b) => a.start - b.start);
    for (const [index, { start }] of intervals.entries()) {
      expect(start).toBeGreaterThanOrEqual(intervals[index - 1]?.end ?? 0);
    }
  });
});
