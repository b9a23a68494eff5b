"""A request as a handler gets it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

#: Why work is to stop: its sender or the platform gave it up, its time is over, the agent stops.
CancelReason = Literal["cancelled", "expired", "stopping"]


ReportProgress = Callable[[float, float | None, str | None], None]


class Cancellation:
    """Whether, and why, a request is to be worked on no more. Threads may ask as well."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._waiters: list[asyncio.Future[None]] = []
        #: Why; None while the work is wanted.
        self.reason: CancelReason | None = None
        #: The same for people.
        self.message = ""

    def is_set(self) -> bool:
        """Whether the work is wanted no more."""
        return self._event.is_set()

    async def wait(self) -> None:
        """Returns once it is wanted no more."""
        if self._event.is_set():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)

    def wait_blocking(self, timeout: float | None = None) -> bool:
        """The same for handlers in threads; False where ``timeout`` seconds were over first."""
        return self._event.wait(timeout)

    def set(self, reason: CancelReason, message: str) -> None:
        """Said by the agent, once."""
        if self._event.is_set():
            return
        self.reason, self.message = reason, message
        self._event.set()
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


@dataclass(eq=False)
class ReceivedRequest:
    """What somebody wants done. The platform has checked it against contract and policies."""

    id: str
    action: str
    params: Mapping[str, Any]
    sender_id: str
    #: 1 the first time; more means that it may have been seen before, by another process perhaps.
    attempt: int
    #: When its time is over; None where the platform did not say.
    deadline: datetime | None
    #: What its sender files it under, such as a conversation.
    context_id: str | None = None
    #: Where in a trace it is (W3C Trace Context). What the handler puts here, such as its own
    #: span's, is what the platform is told that the outcome comes from.
    traceparent: str | None = None
    tracestate: str | None = None
    #: Says how far it is, see `progress`; given by the agent.
    report_progress: ReportProgress | None = field(default=None, repr=False)
    #: Set when the work is to stop. A coroutine is cancelled besides; a handler in a thread asks.
    cancelled: Cancellation = field(default_factory=Cancellation, repr=False)

    @property
    def seconds_left(self) -> float:
        """Until its time is over, by this machine's clock."""
        if self.deadline is None:
            return float("inf")
        return (self.deadline - datetime.now(timezone.utc)).total_seconds()

    def progress(
        self, value: float, *, total: float | None = None, message: str | None = None
    ) -> None:
        """Tells whoever follows the request how far it is; there is nothing to wait for.

        ``value`` is higher each time, ``total`` what it will be in the end, ``message`` what is
        done just now, for people. As often as the handler likes, from threads as well: it is said
        at most twice a second, and the last of it counts.
        """
        if self.report_progress is not None:
            self.report_progress(value, total, message)
