"""Reads server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from .errors import ConnectionFailedError

#: A request with its result, as JSON: a line's, and all lines' of an event.
_EVENT_MAX_BYTES = 8 * 1024 * 1024


class Event(NamedTuple):
    """One event."""

    id: str | None
    name: str
    data: str


async def events_in(parts: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The events of a stream, as the HTML standard reads them."""
    event_id: str | None = None
    name, data, size = "", list[str](), 0
    async for line in _lines(parts):
        if line == "":
            if data:
                yield Event(event_id, name or "message", "\n".join(data))
            name, data, size = "", [], 0
            continue
        member, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if member == "data":
            data.append(value)
            size += len(line) + 1
            if size > _EVENT_MAX_BYTES:
                raise _without_end()
        elif member == "event":
            name = value
        elif member == "id":
            event_id = value


async def _lines(parts: AsyncIterator[bytes]) -> AsyncIterator[str]:
    left = bytearray()
    async for part in parts:
        begin = len(left)
        left += part
        while (end := left.find(b"\n", begin)) >= 0:
            line = bytes(left[:end]).removesuffix(b"\r")
            del left[: end + 1]
            begin = 0
            yield line.decode("utf-8", "replace")
        if len(left) > _EVENT_MAX_BYTES:
            raise _without_end()


def _without_end() -> ConnectionFailedError:
    return ConnectionFailedError("An event of the platform has no end.")
