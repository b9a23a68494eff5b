"""How requests ended, for those that are delivered again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from ._outcome import Outcome


class FinishedRequests:
    """Remembers outcomes, so that a redelivery is answered without doing the work twice.

    Bounded by number and by size; the least recently used one is forgotten first, and a forgotten
    one would be handled anew.
    """

    def __init__(self, *, max_entries: int, max_characters: int) -> None:
        self._max_entries = max_entries
        self._max_characters = max_characters
        self._entries: OrderedDict[str, Outcome] = OrderedDict()
        self._unsettled: dict[str, None] = {}
        self._characters = 0

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._entries

    def get(self, request_id: str) -> Outcome | None:
        """The outcome, which is used by that."""
        outcome = self._entries.get(request_id)
        if outcome is not None:
            self._entries.move_to_end(request_id)
        return outcome

    def remember(self, request_id: str, outcome: Outcome) -> None:
        """The platform does not have the outcome yet."""
        self._forget(request_id)
        self._entries[request_id] = outcome
        self._unsettled[request_id] = None
        self._characters += outcome.size
        while len(self._entries) > self._max_entries or self._characters > self._max_characters:
            oldest = next(iter(self._entries))
            if oldest == request_id:
                break
            self._forget(oldest)

    def settle(self, request_id: str) -> None:
        """The platform has an outcome of it: this one, or another that came first."""
        self._unsettled.pop(request_id, None)

    def unsettle(self, request_id: str) -> None:
        """The platform has asked again, so it does not have the outcome."""
        if request_id in self._entries:
            self._unsettled[request_id] = None

    @property
    def unsettled(self) -> Collection[str]:
        """Those whose outcome the platform may not have, oldest first."""
        return self._unsettled.keys()

    def _forget(self, request_id: str) -> None:
        outcome = self._entries.pop(request_id, None)
        if outcome is not None:
            self._unsettled.pop(request_id, None)
            self._characters -= outcome.size
