"""What an agent does: its handlers, and what the contract says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .request import ReceivedRequest

#: Does what a request asks. What it returns, any JSON value, completes the request, what it raises
#: fails it. A coroutine function runs on the event loop, any other one in a thread.
Handler = Callable[[ReceivedRequest], Any]

#: Takes every action that has no handler of its own.
ANY_ACTION = "*"


#: ``json``: the result is any value. ``content``: it is a `Content`, blocks that people and models
#: read and a value for programs.
ResultFormat = Literal["json", "content"]


@dataclass(frozen=True, kw_only=True)
class Hints:
    """What is said of an action for whoever decides whether to ask for it; None is unsaid."""

    #: It changes nothing.
    read_only: bool | None = None
    #: It may destroy something, rather than only add to what is there.
    destructive: bool | None = None
    #: Doing it again with the same params changes nothing more.
    idempotent: bool | None = None
    #: It deals with things outside of what the agent has, such as the web.
    open_world: bool | None = None


@dataclass(frozen=True)
class Capability:
    """One action as the contract offers it."""

    action: str
    description: str | None = None
    #: What people call it.
    title: str | None = None
    #: JSON Schema that the params must fit; empty lets anything pass.
    params_schema: Mapping[str, Any] | None = None
    #: ``max_<param>`` and ``min_<param>`` bounds of numeric params, inclusive.
    constraints: Mapping[str, float] | None = None
    result_format: ResultFormat = "json"
    #: JSON Schema of the result, of ``structured`` where its format is ``content``.
    result_schema: Mapping[str, Any] | None = None
    hints: Hints = Hints()
    #: The param that takes the text of a message that is nothing but text.
    text_param: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is published, with the platform's defaults for what is left out."""
        return {
            "action": self.action,
            "title": self.title,
            "description": self.description,
            "params_schema": dict(self.params_schema or {}),
            "constraints": dict(self.constraints or {}),
            "result_format": self.result_format,
            "result_schema": None if self.result_schema is None else dict(self.result_schema),
            "hints": asdict(self.hints),
            "text_param": self.text_param,
        }


class ActionRegistry:
    """Which handler takes which action, and what is said of each."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._capabilities: dict[str, Capability] = {}

    def add(self, action: str, handler: Handler, capability: Capability | None) -> None:
        """Raises a ValueError when the action has a handler: one would silently never run."""
        if not callable(handler):
            raise TypeError(f'the handler of "{action}" must be callable')
        if action in self._handlers:
            raise ValueError(f'the action "{action}" has a handler already')
        self._handlers[action] = handler
        if capability is not None and action != ANY_ACTION:
            self._capabilities[action] = capability

    def handler_of(self, action: str) -> Handler | None:
        """Who does it."""
        return self._handlers.get(action) or self._handlers.get(ANY_ACTION)

    @property
    def capabilities(self) -> Sequence[Capability]:
        """The contract, in the order in which it was said."""
        return list(self._capabilities.values())
