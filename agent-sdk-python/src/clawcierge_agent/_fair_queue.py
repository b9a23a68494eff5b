"""Who is next."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

Item = TypeVar("Item")


class FairQueue(Generic[Item]):
    """Those that wait have their turns by whose they are, round robin, and each one's in order.

    Who has a hundred in line delays another's by no more than who has one.
    """

    def __init__(self) -> None:
        #: By whose they are, in the order of their turns; none of the lines is empty.
        self._lines: OrderedDict[str, OrderedDict[str, Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def count_of(self, whose: str) -> int:
        """How many of them are theirs."""
        return len(self._lines.get(whose, ()))

    def join(self, whose: str, name: str, item: Item) -> None:
        """Puts it at the end of their line."""
        self._lines.setdefault(whose, OrderedDict())[name] = item
        self._count += 1

    def leave(self, whose: str, name: str) -> None:
        """Gives a place up; nothing happens where there is none."""
        line = self._lines.get(whose)
        if line is None or name not in line:
            return
        del line[name]
        self._count -= 1
        if not line:
            del self._lines[whose]

    def next(self) -> Item | None:
        """Takes the one whose turn it is; None where nobody waits."""
        if not self._lines:
            return None
        whose, line = self._lines.popitem(last=False)
        _, item = line.popitem(last=False)
        self._count -= 1
        if line:
            self._lines[whose] = line
        return item
