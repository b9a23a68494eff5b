"""How large a message to the platform may be."""

from __future__ import annotations

from ._closure import Closed, Closure

_TOO_LARGE = 1009


class MessageLimit:
    """What the agent was told, until the platform closes a connection over less (1009).

    A result would otherwise end each connection that it is said on. Outlives the connections.
    """

    def __init__(self, limit: int) -> None:
        self.bytes = limit
        self._largest_sent = 0

    def admits(self, size: int) -> bool:
        """Whether a message may be sent; one that may is taken to be."""
        if size > self.bytes:
            return False
        self._largest_sent = max(self._largest_sent, size)
        return True

    def told(self, limit: int) -> None:
        """The platform said itself what it takes."""
        self.bytes = min(self.bytes, limit)

    def learn(self, closure: Closure) -> None:
        """A connection ended: whether, and how, tells what the platform takes."""
        is_too_large = isinstance(closure, Closed) and closure.code == _TOO_LARGE
        if is_too_large and self._largest_sent > 0:
            self.bytes = self._largest_sent - 1
        self._largest_sent = 0
