"""The reference agent of the walkthrough: keeps a calendar in memory and books what is asked for.

python -m clawcierge_agent.examples.calendar_agent --url URL --token KEY
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from clawcierge_agent import Agent, AgentStoppedError, Failure, ReceivedRequest

from .calendar import Calendar, CalendarEvent, Interval, NoFreeSlotError

_MAX_QUERY = timedelta(days=31)

SCHEDULE_SCHEMA = {
    "type": "object",
    "required": ["title", "duration_minutes"],
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 200},
        "duration_minutes": {"type": "integer", "minimum": 15},
        "not_before": {"type": "string", "format": "date-time"},
    },
}
FREE_BUSY_SCHEMA = {
    "type": "object",
    "required": ["from", "to"],
    "properties": {
        "from": {"type": "string", "format": "date-time"},
        "to": {"type": "string", "format": "date-time"},
    },
}


def serve_calendar(agent: Agent, calendar: Calendar) -> None:
    """Has the agent keep the calendar."""

    @agent.action(
        "calendar.schedule",
        params_schema=SCHEDULE_SCHEMA,
        constraints={"max_duration_minutes": 120},
    )
    async def schedule(request: ReceivedRequest) -> CalendarEvent:
        """Books the next free slot within working hours."""
        params = request.params
        title, minutes = params.get("title"), params.get("duration_minutes")
        # The platform checks params against whatever contract is published; this depends on them.
        if not isinstance(title, str) or not title:
            raise _invalid('"title" must be a text')
        if not isinstance(minutes, int) or minutes < 1:
            raise _invalid('"duration_minutes" must be a positive whole number')
        not_before = _instant(params, "not_before") if "not_before" in params else None
        try:
            return calendar.schedule(request.id, title, minutes, not_before)
        except NoFreeSlotError as error:
            raise Failure("calendar.no_free_slot", str(error)) from error

    @agent.action("calendar.free_busy", params_schema=FREE_BUSY_SCHEMA)
    async def free_busy(request: ReceivedRequest) -> dict[str, Any]:
        """What is taken and what is free between two instants, without saying by what."""
        start, end = _instant(request.params, "from"), _instant(request.params, "to")
        if not start < end <= start + _MAX_QUERY:
            raise _invalid('"to" must be later than "from", by at most 31 days')
        busy, free = calendar.free_busy(start, end)
        return {"busy": _texts_of(busy), "free": _texts_of(free)}


def _instant(params: Any, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(params[name])
    except (KeyError, TypeError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise _invalid(f'"{name}" must be an ISO 8601 date and time with its offset')
    return instant


def _texts_of(intervals: Sequence[Interval]) -> list[dict[str, str]]:
    return [
        {"start": each.start.isoformat(), "end": each.end.isoformat()} for each in intervals
    ]


def _invalid(message: str) -> Failure:
    return Failure("calendar.invalid_params", message)


def main() -> int:
    """The program; answers its exit code."""
    parser = argparse.ArgumentParser(
        prog="calendar_agent",
        description="Keeps a calendar in memory; serves calendar.schedule and calendar.free_busy.",
    )
    parser.add_argument(
        "--url",
        required=True,
        help="the platform (http://localhost:8000), or this agent's raw WebSocket "
        "(ws://localhost:8000/v1/agents/<id>/ws)",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get("CLAWCIERGE_AGENT_KEY"),
        help="the agent's key (clw_agent_…); CLAWCIERGE_AGENT_KEY when left out",
    )
    parser.add_argument("--publish", action="store_true", help="publish the contract first")
    options = parser.parse_args()
    if options.token is None:
        parser.error("--token is missing")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        agent = Agent(options.url, options.token)
    except ValueError as error:
        parser.error(str(error))
    serve_calendar(agent, Calendar())
    try:
        agent.run(publish=options.publish)
    except AgentStoppedError:
        # The agent has logged why already.
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
