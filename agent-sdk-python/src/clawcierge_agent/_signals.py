"""Ends a program cleanly that runs an agent."""

from __future__ import annotations

import asyncio
import signal
from typing import Protocol


class Serving(Protocol):
    """What is ended."""

    async def serve(self, *, publish: bool) -> None:
        """Until it is stopped."""

    async def stop(self, *, drain: float) -> None:
        """In at most so many seconds."""


async def serve_until_signal(agent: Serving, *, publish: bool, drain: float) -> None:
    """Serves until SIGTERM or SIGINT, and then drains; a second one ends it at once."""
    loop = asyncio.get_running_loop()
    stops: list[asyncio.Task[None]] = []

    def told() -> None:
        stops.append(asyncio.create_task(agent.stop(drain=0 if stops else drain)))

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, told)
        except NotImplementedError:  # Windows.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(told))
    try:
        await agent.serve(publish=publish)
    finally:
        await agent.stop(drain=0)
        await asyncio.gather(*stops, return_exceptions=True)
