"""One person's calendar, in memory."""

from __future__ import annotations

import uuid
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_DAY = timedelta(days=1)
#: Events begin on the quarter hour.
_GRID = timedelta(minutes=15)
_HORIZON = timedelta(days=60)
#: Booked requests that are remembered.
_REMEMBERED_MAX = 10_000

#: Monday is 0.
_WORKING_DAYS = (0, 1, 2, 3, 4)
_OPENS = timedelta(hours=9)
_CLOSES = timedelta(hours=17)


@dataclass(frozen=True, order=True)
class Interval:
    """A stretch of time; ``end`` is the first moment after it."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class CalendarEvent:
    """An event as the walkthrough's result shows it."""

    event_id: str
    title: str
    #: ISO 8601, UTC.
    scheduled_time: str
    duration_minutes: int
    status: str = "confirmed"


class NoFreeSlotError(Exception):
    """No working day within the horizon has room."""


class Calendar:
    """Finding a slot and taking it is one step, so that no two requests get the same time."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)) -> None:
        self._now = now
        #: Sorted by start; they never overlap.
        self._busy: list[Interval] = []
        self._event_of_request: OrderedDict[str, CalendarEvent] = OrderedDict()

    def schedule(
        self, request_id: str, title: str, duration_minutes: int, not_before: datetime | None
    ) -> CalendarEvent:
        """Books the first free slot within working hours.

        The same request again gets the same event again, as it should: an agent may see a request
        twice.
        """
        known = self._event_of_request.get(request_id)
        if known is not None:
            return known
        slot = self._first_free(
            max(not_before or self._now(), self._now()), timedelta(minutes=duration_minutes)
        )
        insort(self._busy, slot)
        event = CalendarEvent(
            event_id=f"evt-{uuid.uuid4()}",
            title=title,
            scheduled_time=slot.start.isoformat(),
            duration_minutes=duration_minutes,
        )
        self._event_of_request[request_id] = event
        if len(self._event_of_request) > _REMEMBERED_MAX:
            self._event_of_request.popitem(last=False)
        return event

    def free_busy(self, start: datetime, end: datetime) -> tuple[list[Interval], list[Interval]]:
        """What is taken between two moments, and what of the working hours there is left."""
        busy = list(_within(self._busy, start, end))
        free: list[Interval] = []
        for hours in _within(_working_hours(start, end), start, end):
            begin = hours.start
            for taken in busy:
                if taken.end <= begin or taken.start >= hours.end:
                    continue
                if taken.start > begin:
                    free.append(Interval(begin, taken.start))
                begin = taken.end
            if begin < hours.end:
                free.append(Interval(begin, hours.end))
        return busy, free

    def _first_free(self, earliest: datetime, duration: timedelta) -> Interval:
        _, free = self.free_busy(earliest, earliest + _HORIZON)
        for interval in free:
            start = _on_grid(interval.start)
            if start + duration <= interval.end:
                return Interval(start, start + duration)
        raise NoFreeSlotError(
            f"There is no free slot of {duration} within {_HORIZON.days} days."
        )


def _working_hours(start: datetime, end: datetime) -> Iterator[Interval]:
    day = start.astimezone(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < end:
        if day.weekday() in _WORKING_DAYS:
            yield Interval(day + _OPENS, day + _CLOSES)
        day += _DAY


def _within(
    intervals: Sequence[Interval] | Iterator[Interval], start: datetime, end: datetime
) -> Iterator[Interval]:
    for interval in intervals:
        overlap = Interval(max(interval.start, start), min(interval.end, end))
        if overlap.start < overlap.end:
            yield overlap


def _on_grid(instant: datetime) -> datetime:
    since_midnight = instant - instant.replace(hour=0, minute=0, second=0, microsecond=0)
    return instant + (-since_midnight % _GRID)
