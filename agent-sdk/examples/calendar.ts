/** An event as the walkthrough's result shows it. */
export interface CalendarEvent {
  readonly event_id: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly scheduled_time: string;
  readonly duration_minutes: number;
  readonly status: 'confirmed';
  readonly attendees?: readonly string[];
}

export interface ScheduleInput {
  readonly title: string;
  readonly durationMinutes: number;
  /** Not earlier than this. */
  readonly notBefore?: Date | undefined;
  readonly attendees?: readonly string[] | undefined;
}

/** A stretch of time; `end` is the first moment after it. */
export interface Interval {
  readonly start: Date;
  readonly end: Date;
}

export interface CalendarOptions {
  readonly now: () => Date;
  readonly newId: () => string;
  /** Minutes after midnight UTC. */
  readonly opensAt?: number;
  readonly closesAt?: number;
  /** 0 is Sunday. */
  readonly workingDays?: readonly number[];
}

/** No working day within the horizon has room. */
export class NoFreeSlotError extends Error {
  readonly code = 'calendar.no_free_slot';
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Events begin on the quarter hour. */
const GRID_MS = 15 * MINUTE_MS;
const HORIZON_DAYS = 60;

/**
 * One person's calendar, in memory. Finding a slot and taking it is one synchronous step, so that no two requests,
 * however concurrent, get the same time.
 */
export class Calendar {
  readonly #options: Required<CalendarOptions>;
  /** Sorted by start; they never overlap. */
  readonly #busy: Interval[] = [];
  readonly #eventOfRequest = new Map<string, CalendarEvent>();

  constructor(options: CalendarOptions) {
    this.#options = { opensAt: 9 * 60, closesAt: 17 * 60, workingDays: [1, 2, 3, 4, 5], ...options };
  }

  /** Books the first free slot within working hours. The same request again gets the same event again. */
  schedule(requestId: string, input: ScheduleInput): CalendarEvent {
    const known = this.#eventOfRequest.get(requestId);
    if (known) return known;
    const from = Math.max(input.notBefore?.getTime() ?? 0, this.#options.now().getTime());
    const slot = this.#firstFree(from, input.durationMinutes * MINUTE_MS);
    this.#book(slot);
    const event: CalendarEvent = {
      event_id: `evt-${this.#options.newId()}`,
      title: input.title,
      scheduled_time: isoUtc(slot.start),
      duration_minutes: input.durationMinutes,
      status: 'confirmed',
      ...(input.attendees ? { attendees: input.attendees } : {}),
    };
    this.#eventOfRequest.set(requestId, event);
    return event;
  }

  /** What is taken between two moments, and what of the working hours between them is left. */
  freeBusy(from: Date, to: Date): { busy: Interval[]; free: Interval[] } {
    const busy = this.#busy.flatMap((interval) => overlapOf(interval, from.getTime(), to.getTime()));
    const free: Interval[] = [];
    for (const hours of this.#workingHours(from.getTime(), to.getTime())) {
      let start = hours.start.getTime();
      for (const taken of busy) {
        if (taken.end.getTime() <= start || taken.start >= hours.end) continue;
        if (taken.start.getTime() > start) free.push({ start: new Date(start), end: taken.start });
        start = taken.end.getTime();
      }
      if (start < hours.end.getTime()) free.push({ start: new Date(start), end: hours.end });
    }
    return { busy, free };
  }

  #firstFree(from: number, durationMs: number): Interval {
    const { free } = this.freeBusy(new Date(from), new Date(from + HORIZON_DAYS * DAY_MS));
    for (const { start, end } of free) {
      const onGrid = Math.ceil(start.getTime() / GRID_MS) * GRID_MS;
      if (onGrid + durationMs <= end.getTime()) {
        return { start: new Date(onGrid), end: new Date(onGrid + durationMs) };
      }
    }
    throw new NoFreeSlotError(
      `There is no free slot of ${durationMs / MINUTE_MS} minutes within ${HORIZON_DAYS} days.`,
    );
  }

  #book(slot: Interval): void {
    const later = this.#busy.findIndex(({ start }) => start > slot.start);
    this.#busy.splice(later === -1 ? this.#busy.length : later, 0, slot);
  }

  #workingHours(from: number, to: number): Interval[] {
    const { opensAt, closesAt, workingDays } = this.#options;
    const hours: Interval[] = [];
    for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) {
      if (!workingDays.includes(new Date(day).getUTCDay())) continue;
      const open = { start: new Date(day + opensAt * MINUTE_MS), end: new Date(day + closesAt * MINUTE_MS) };
      hours.push(...overlapOf(open, from, to));
    }
    return hours;
  }
}

/** The part of the interval that lies between two moments, if any. */
function overlapOf({ start, end }: Interval, from: number, to: number): Interval[] {
  const overlap = { start: new Date(Math.max(start.getTime(), from)), end: new Date(Math.min(end.getTime(), to)) };
  return overlap.start < overlap.end ? [overlap] : [];
}

/** As the walkthrough writes instants: `2026-02-11T09:00:00+00:00`. */
export const isoUtc = (instant: Date): string => instant.toISOString().replace(/(\.000)?Z$/, '+00:00');
