"""Which agent each handle means."""

from __future__ import annotations

from collections import OrderedDict


class AgentPins:
    """Which agent each handle was, the first time that the platform said so."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ids: OrderedDict[str, str] = OrderedDict()

    def of(self, handle: str) -> str | None:
        """The id of the agent that the handle is pinned to."""
        agent_id = self._ids.get(handle)
        if agent_id is not None:
            self._ids.move_to_end(handle)
        return agent_id

    def answered(self, handle: str, agent_id: str) -> None:
        """The platform's answer named the agent: it counts if it is the first one."""
        if handle not in self._ids:
            self.pin(handle, agent_id)

    def pin(self, handle: str, agent_id: str) -> None:
        """It is that agent from now on, whichever it was."""
        self._ids[handle] = agent_id
        self._ids.move_to_end(handle)
        while len(self._ids) > self._limit:
            self._ids.popitem(last=False)
