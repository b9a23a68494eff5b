"""Requests and agents as a sender sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from ._wire import instant_of

Status = Literal[
    "pending",
    "awaiting_approval",
    "dispatched",
    "acked",
    "completed",
    "failed",
    "rejected",
    "cancelled",
    "timeout",
]

_FINAL = ("completed", "failed", "rejected", "cancelled", "timeout")


class RequestError(NamedTuple):
    """Why a request did not get done."""

    code: str
    message: str


class Progress(NamedTuple):
    """How far the agent is."""

    value: float
    #: What ``value`` will be in the end, as far as that is known.
    total: float | None
    #: What it does just now, for people.
    message: str | None


@dataclass(frozen=True)
class RequestState:
    """A request as it is now."""

    id: str
    #: Completed, failed, rejected, cancelled and timeout are final and never change.
    status: Status
    action: str
    created_at: datetime | None
    updated_at: datetime | None
    expires_at: datetime | None
    #: What the agent answered; None unless it is completed.
    result: Any = None
    #: Why it did not get done; None while it is open and when it is completed.
    error: RequestError | None = None
    #: What the agent said last of how far it is.
    progress: Progress | None = None
    #: What it belongs to, such as a conversation: a text of the sender's own.
    context_id: str | None = None
    #: Everything that the platform answered, such as ``approval``, spelled as REST does.
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_final(self) -> bool:
        """Whether it never changes any more."""
        return self.status in _FINAL


@dataclass(frozen=True)
class AgentProfile:
    """Who is behind a handle, and what can be asked of it."""

    agent_id: str
    handle: str
    display_name: str
    description: str | None
    #: Whether it can be reached now.
    is_active: bool
    #: What it offers, each as REST spells it: ``action``, ``params_schema``, ``constraints``, ….
    capabilities: Sequence[Mapping[str, Any]]


def state_of(answer: Mapping[str, Any]) -> RequestState:
    """The request that REST answered."""
    error, progress = answer.get("error"), answer.get("progress")
    return RequestState(
        id=answer["id"],
        status=answer["status"],
        action=answer["action_type"],
        created_at=instant_of(answer.get("created_at")),
        updated_at=instant_of(answer.get("updated_at")),
        expires_at=instant_of(answer.get("expires_at")),
        result=answer.get("result"),
        error=None if error is None else RequestError(error["code"], error["message"]),
        progress=progress
        and Progress(progress["value"], progress["total"], progress["message"]),
        context_id=answer.get("context_id"),
        raw=answer,
    )


def profile_of(entry: Mapping[str, Any]) -> AgentProfile:
    """The agent that REST answered."""
    return AgentProfile(
        agent_id=entry["agent_id"],
        handle=entry["handle"],
        display_name=entry["display_name"],
        description=entry["description"],
        is_active=entry["status"] == "active",
        capabilities=entry["capabilities"],
    )
