"""How far a request is, said no more often than anybody sees it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import Any

from ._outcome import well_formed

_log = logging.getLogger("clawcierge_agent")

#: The platform shows no more.
_EVERY_SECONDS = 0.5
_MESSAGE_MAX = 500
#: But for line breaks and tabs.
_CONTROL = re.compile(r"(?![\t\n\r])[\x00-\x1f\x7f-\x9f]")

#: What is said, as members of the message.
Said = dict[str, Any]


class ProgressReport:
    """Of one request. What was said last is said in any case, at most half a second later."""

    def __init__(self, send: Callable[[Said], object]) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._last: Said | None = None
        self._next_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def say(self, value: float, total: float | None, message: str | None) -> None:
        """Says how far it is; from any thread. What is no progress is passed over."""
        if not _is_number(value):
            _log.warning("a progress of %r is none, and is not said", value)
            return
        said: Said = {"progress": value}
        if _is_number(total):
            said["total"] = total
        text = _text_of(message)
        if text:
            said["message"] = text
        try:
            is_here = asyncio.get_running_loop() is self._loop
        except RuntimeError:
            is_here = False
        if is_here:
            self._take(said)
        else:
            with suppress(RuntimeError):  # The event loop is closed.
                self._loop.call_soon_threadsafe(self._take, said)

    def again(self) -> None:
        """The request was delivered anew, and has none by that."""
        if self._last is not None and not self._is_over:
            self._send(self._last)

    def end(self) -> None:
        """Nothing more is said."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def _take(self, said: Said) -> None:
        # A number that is not higher means nothing to anybody.
        if self._is_over or (self._last and said["progress"] <= self._last["progress"]):
            return
        self._last = said
        if self._timer is not None:
            return
        wait = self._next_at - self._loop.time()
        if wait <= 0:
            self._say_last()
        else:
            self._timer = self._loop.call_later(wait, self._say_last)

    def _say_last(self) -> None:
        self._timer = None
        self._next_at = self._loop.time() + _EVERY_SECONDS
        if self._last is not None:
            self._send(self._last)


def _is_number(value: object) -> bool:
    """Whether it is one that a double holds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isfinite(value) if isinstance(value, float) else abs(value) < 2**53


def _text_of(message: object) -> str:
    """Whatever a handler passes on from elsewhere, what the platform takes of it."""
    if message is None:
        return ""
    try:
        text = str(message)
    except Exception:
        _log.warning("the message of a progress is no text, and is not said")
        return ""
    return _CONTROL.sub("\ufffd", well_formed(text).strip())[:_MESSAGE_MAX]
