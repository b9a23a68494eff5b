"""Hears for an agent what its connection tells."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ._channel import RawChannel
from ._closure import Verdict
from ._reporter import OutcomeReporter
from ._runner import RequestRunner
from ._wire import Delivery, Reply

_log = logging.getLogger("clawcierge_agent")


class AgentListener:
    """Passes it on to whoever it is for."""

    def __init__(
        self,
        runner: RequestRunner,
        reporter: OutcomeReporter,
        on_opened: Callable[[], None],
        on_lost: Callable[[Verdict, float], None],
    ) -> None:
        self._runner = runner
        self._reporter = reporter
        self._on_opened = on_opened
        self._on_lost = on_lost

    def opened(self, channel: RawChannel) -> None:
        """The platform counts on the channel from now on."""
        _log.info("connected")
        self._reporter.attach(channel)
        self._on_opened()

    def lost(self, verdict: Verdict, retry_in: float) -> None:
        """The channel is gone, and the next is dialled in a while."""
        text = "not connected (%s): %s; trying again in %.1f s"
        _log.warning(text, verdict.code, verdict.reason, retry_in)
        self._reporter.detach()
        self._on_lost(verdict, retry_in)

    def received(self, channel: RawChannel, delivery: Delivery) -> None:
        """A request was delivered."""
        self._runner.received(channel, delivery)

    def cancelled(self, request_id: str, reason: str) -> None:
        """A request is over."""
        self._runner.cancelled(request_id, reason)

    def answered(self, request_id: str, reply: Reply) -> None:
        """A message about the request was not taken."""
        if request_id in self._reporter:
            self._reporter.answered(request_id, reply)
        else:
            self._runner.answered(request_id, reply)
