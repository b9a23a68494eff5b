"""Keeps one channel open."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from ._backoff import Backoff, Random, jittered
from ._channel import ChannelListener, RawChannel, RawTransport
from ._closure import Verdict, judge
from ._tasks import first_of
from .errors import AgentStoppedError

#: A channel that is not open after so long is given up.
_OPEN_SECONDS = 30.0
#: A connection that was open for so long shows that all is well: the backoff begins anew.
_STABLE_SECONDS = 10.0


class ConnectionListener(ChannelListener, Protocol):
    """Who hears what comes of connecting."""

    def lost(self, verdict: Verdict, retry_in: float) -> None:
        """The channel, which may never have opened, is gone; the next is dialled in a while."""


class ConnectionLoop:
    """One loop, in which all decisions about connecting are made."""

    def __init__(
        self,
        transport: RawTransport,
        listener: ConnectionListener,
        *,
        backoff_base: float,
        backoff_cap: float,
        draw: Random,
    ) -> None:
        self._transport = transport
        self._listener = listener
        self._backoff_base = backoff_base
        self._backoff_cap = backoff_cap
        self._draw = draw
        self._backoff = Backoff(base=backoff_base, cap=backoff_cap, random=draw)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Returns after `stop`; raises AgentStoppedError when the agent is turned away."""
        while not self._stopping.is_set():
            channel = RawChannel(self._transport, self._listener)
            holding = asyncio.create_task(channel.hold(_OPEN_SECONDS))
            try:
                await first_of(holding, self._stopping.wait())
                if not holding.done():
                    await channel.close()
                    return
            finally:
                # Only a channel that never opened is left.
                if not holding.done():
                    holding.cancel()
                    await asyncio.wait({holding})
            verdict = judge(holding.result())
            if self._stopping.is_set():
                return
            if verdict.retry == "never":
                raise AgentStoppedError(verdict.code, verdict.reason)
            delay = self._delay(verdict, self._was_stable(channel))
            self._listener.lost(verdict, delay)
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._stopping.wait()

    def stop(self) -> None:
        """Closes the channel and ends the loop."""
        self._stopping.set()

    def _was_stable(self, channel: RawChannel) -> bool:
        if channel.opened_at is None:
            return False
        is_stable = asyncio.get_running_loop().time() - channel.opened_at >= _STABLE_SECONDS
        if is_stable:
            self._backoff.reset()
        return is_stable

    def _delay(self, verdict: Verdict, was_stable: bool) -> float:
        if verdict.retry == "slowly":
            half = self._backoff_cap / 2
            return half + jittered(half, self._draw)
        # "At once" has jitter too, more where many were sent away together, and only where the
        # channel had lived: a server that shuts down again and again is not to be hammered.
        if verdict.retry == "at-once" and was_stable:
            return jittered(max(self._backoff_base, verdict.spread), self._draw)
        delay = max(self._backoff.next(), jittered(verdict.spread, self._draw))
        return max(delay, verdict.not_before)
