"""What the platform says on the raw WebSocket, read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeGuard

from ._outcome import Trace, well_formed

_PRINTABLE = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True)
class Delivery:
    """A request that was sent to this channel."""

    request_id: str
    action: str
    params: dict[str, Any]
    sender_id: str
    attempt: int
    expires_at: datetime | None
    context_id: str | None = None
    trace: Trace = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What the platform said to an outcome or an ack that it did not take.

    ``finished``: it has an outcome already. ``refused``: the message is wrong. ``not-now``: the
    same may be said again a little later.
    """

    kind: Literal["finished", "refused", "not-now"]
    message: str
    #: Where in the message it is wrong.
    path: str | None = None


@dataclass(frozen=True)
class Received:
    """``request.received``"""

    delivery: Delivery


@dataclass(frozen=True)
class Cancelled:
    """``request.cancel``"""

    request_id: str
    reason: str


@dataclass(frozen=True)
class Ping:
    """``ping``"""


@dataclass(frozen=True)
class Refused:
    """``error``"""

    request_id: str | None
    reply: Reply


PlatformMessage = Received | Cancelled | Ping | Refused


def platform_message_of(text: str) -> PlatformMessage | None:
    """Reads one message; None for what this version does not know, which is to be ignored."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    request_id = _text(message, "request_id")
    kind = message.get("type")
    if kind == "request.received":
        delivery = _delivery_of(message)
        return Received(delivery) if delivery else None
    if kind == "request.cancel":
        return Cancelled(request_id, _text(message, "reason")) if request_id else None
    if kind == "ping":
        return Ping()
    if kind == "error":
        code, path = _text(message, "code"), message.get("path")
        if code == "invalid_progress":
            # Nothing has come of it, and nothing of the outcome.
            return None
        # With a status, the request has ended by what was wrong.
        has_ended = isinstance(message.get("status"), str)
        reply = Reply(
            "finished" if has_ended else _reply_kind_of(code),
            _text(message, "message"),
            path if isinstance(path, str) else None,
        )
        return Refused(request_id or None, reply)
    return None


def _reply_kind_of(code: str) -> Literal["finished", "refused", "not-now"]:
    """Only what says that the message itself is wrong refuses it.

    A good result must not be lost to a passing trouble.
    """
    if code in ("request_finished", "request_not_found"):
        return "finished"
    return "refused" if code == "invalid_message" else "not-now"


def _delivery_of(message: dict[str, Any]) -> Delivery | None:
    request_id, action = _text(message, "request_id"), _text(message, "action")
    if not request_id or not action:
        return None
    params, attempt = message.get("params"), message.get("attempt")
    return Delivery(
        request_id=request_id,
        action=action,
        params=params if isinstance(params, dict) else {},
        sender_id=_text(message, "sender_id"),
        attempt=attempt if isinstance(attempt, int) else 1,
        expires_at=instant_of(message.get("expires_at")),
        context_id=_text(message, "context_id") or None,
        trace=trace_of(message.get("traceparent"), message.get("tracestate")),
    )


def trace_of(traceparent: object, tracestate: object) -> Trace:
    """What there is of a trace. What no header can carry is none, and costs no outcome its way."""
    if not _is_of_header(traceparent):
        return {}
    if _is_of_header(tracestate):
        return {"traceparent": traceparent, "tracestate": tracestate}
    return {"traceparent": traceparent}


def _is_of_header(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and _PRINTABLE.fullmatch(value) is not None


def instant_of(value: object) -> datetime | None:
    """The instant that RFC 3339 names; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _text(message: dict[str, Any], name: str) -> str:
    value = message.get(name)
    return well_formed(value) if isinstance(value, str) else ""
