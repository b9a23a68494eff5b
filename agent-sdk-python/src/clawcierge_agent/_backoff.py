"""How long to wait before something is tried again."""

from __future__ import annotations

from collections.abc import Callable

#: Draws a number from 0 up to, not including, 1.
Random = Callable[[], float]


def jittered(bound: float, random: Random) -> float:
    """Full jitter: drawn evenly from 0 up to the bound."""
    return random() * bound


class Backoff:
    """Exponential backoff with full jitter.

    Each delay is drawn evenly from 0 up to a bound that doubles with every call until it reaches
    the cap. Clients that lost one server together so come back spread out.
    """

    def __init__(self, *, base: float, cap: float, random: Random) -> None:
        self._base = base
        self._cap = cap
        self._random = random
        self._bound = base

    def next(self) -> float:
        """The next delay in seconds."""
        bound = min(self._bound, self._cap)
        self._bound = min(bound * 2, self._cap)
        return jittered(bound, self._random)

    def reset(self) -> None:
        """Begins again at the base."""
        self._bound = self._base
