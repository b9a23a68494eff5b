"""Sees to it that outcomes reach the platform."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from ._backoff import Random, jittered
from ._finished import FinishedRequests
from ._outcome import Completed, Outcome, failed
from ._wire import Reply

_RETRY_BASE_SECONDS = 0.25
_RETRY_CAP_SECONDS = 10.0


class ReportingChannel(Protocol):
    """What a reporter needs of a channel."""

    def report(self, request_id: str, outcome: Outcome) -> bool | None:
        """Says the outcome; None where it fits no message, False where the channel has ended."""

    async def report_over_http(self, request_id: str, outcome: Completed) -> Reply | None:
        """Reports what fits no message; None where it was taken."""


class OutcomeReporter:
    """Reports over the channel that is open, again and again where that fails, and on the next.

    It remembers the outcomes, so that a redelivery is answered with the same one.
    """

    def __init__(self, memory: FinishedRequests, *, draw: Random, log: logging.Logger) -> None:
        self._finished = memory
        self._draw = draw
        self._log = log
        self._channel: ReportingChannel | None = None
        #: Reports by HTTP, and pauses before the next try, of this channel.
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._tries: dict[str, int] = {}
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._finished

    def attach(self, channel: ReportingChannel) -> None:
        """Uses the channel from now on; what the platform may not have is said first."""
        self._channel = channel
        for request_id in list(self._finished.unsettled):
            self._report(request_id)

    def detach(self) -> None:
        """The channel is gone."""
        self._channel = None
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        self._tries.clear()

    def finish(self, request_id: str, outcome: Outcome) -> None:
        """The request is done: remembered, and reported."""
        self._finished.remember(request_id, outcome)
        self._is_idle.clear()
        self._report(request_id)

    def keep(self, request_id: str, outcome: Outcome) -> None:
        """The request is over without an outcome; this is said only if it is delivered again."""
        self._finished.remember(request_id, outcome)
        self._settle(request_id)

    def repeat(self, request_id: str) -> None:
        """The platform has delivered a finished request again: it is told again."""
        self._finished.unsettle(request_id)
        self._is_idle.clear()
        self._tries.pop(request_id, None)
        self._report(request_id)

    def answered(self, request_id: str, reply: Reply) -> None:
        """The platform did not take a report."""
        outcome = self._finished.get(request_id)
        if outcome is None:
            return
        if reply.kind == "not-now":
            self._finished.unsettle(request_id)
            self._is_idle.clear()
            self._try_again(request_id, reply.message)
            return
        if reply.kind == "refused" or reply.path is not None:
            where = f" ({reply.path})" if reply.path else ""
            self._log.error(
                "the platform refused the outcome of %s%s: %s", request_id, where, reply.message
            )
        else:
            self._log.warning("the outcome of %s came too late: %s", request_id, reply.message)
        if reply.kind == "refused" and isinstance(outcome, Completed):
            text = f"The platform refused the result: {reply.message}"
            self.finish(request_id, failed("result_refused", text))
            return
        self._settle(request_id)

    async def when_idle(self) -> None:
        """Returns once every remembered outcome is with the platform."""
        await self._is_idle.wait()

    def _report(self, request_id: str) -> None:
        """Says the remembered outcome on the channel that is open, if there is one."""
        channel, outcome = self._channel, self._finished.get(request_id)
        if channel is None or outcome is None or request_id in self._tasks:
            return
        is_sent = channel.report(request_id, outcome)
        if is_sent is None and isinstance(outcome, Completed):
            self._begin(request_id, self._report_over_http(channel, request_id, outcome))
        elif is_sent:
            self._settle(request_id)

    async def _report_over_http(
        self, channel: ReportingChannel, request_id: str, outcome: Completed
    ) -> None:
        reply = await channel.report_over_http(request_id, outcome)
        self._tasks.pop(request_id, None)
        if reply is None:
            self._settle(request_id)
        else:
            self.answered(request_id, reply)

    def _try_again(self, request_id: str, reason: str) -> None:
        """An error of the platform: it may pass at any time.

        Until then nobody else ends the request, which is acked and not delivered again while this
        channel lives. So it is tried again for as long as that.
        """
        tries = self._tries.get(request_id, 0) + 1
        self._log.warning(
            "the outcome of %s could not be reported (try %d): %s", request_id, tries, reason
        )
        if self._channel is None or request_id in self._tasks:
            return
        self._tries[request_id] = tries
        bound = min(_RETRY_BASE_SECONDS * 2 ** min(tries, 10), _RETRY_CAP_SECONDS)
        self._begin(request_id, self._report_after(request_id, jittered(bound, self._draw)))

    async def _report_after(self, request_id: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._tasks.pop(request_id, None)
        self._report(request_id)

    def _begin(self, request_id: str, work: object) -> None:
        self._tasks[request_id] = asyncio.ensure_future(work)  # type: ignore[call-overload]

    def _settle(self, request_id: str) -> None:
        self._finished.settle(request_id)
        self._tries.pop(request_id, None)
        if not self._finished.unsettled:
            self._is_idle.set()
