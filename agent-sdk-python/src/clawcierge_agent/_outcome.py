"""How requests end at the agent."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .content import Content
from .errors import Failure

#: The platform's RESULT_MAX_BYTES where its operator says nothing else.
MAX_RESULT_BYTES = 1024 * 1024
_MAX_MESSAGE_LENGTH = 2_000
#: What a sender learns of a failure that is none of its business.
AGENT_ERROR = Failure("agent_error", "The agent failed to do this.")
#: What the platform refuses in a message, which is often handed on from a program that colours it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHORT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")

#: Where in a trace something is, as W3C Trace Context hands it on; empty for nowhere.
Trace = Mapping[str, str]


@dataclass(frozen=True)
class Completed:
    """The result as the JSON that it was when the handler returned it."""

    json: str
    trace: Trace = dataclasses.field(default_factory=dict)

    @property
    def size(self) -> int:
        """Characters that remembering it takes."""
        return len(self.json)


@dataclass(frozen=True)
class Failed:
    """What the sender of a failed request gets to see."""

    code: str
    message: str
    trace: Trace = dataclasses.field(default_factory=dict)

    @property
    def size(self) -> int:
        """Characters that remembering it takes."""
        return len(self.message)


Outcome = Completed | Failed


def failed(code: str, message: str) -> Failed:
    """A failure as the platform takes it: a short code, a text of bounded length."""
    return Failed(
        code if _SHORT_CODE.fullmatch(code) else AGENT_ERROR.code,
        _bounded(message) or AGENT_ERROR.message,
    )


def outcome_of_result(
    result: object,
    max_bytes: int = MAX_RESULT_BYTES,
    not_json: Callable[[BaseException], None] = lambda _error: None,
) -> Outcome:
    """The outcome of a handler that returned.

    What no JSON can carry is a failure that says so; ``not_json`` hears why.
    """
    try:
        text = to_json(result)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        not_json(error)
        return failed("result_not_json", "The agent's result is not JSON.")
    if size > max_bytes:
        return failed(
            "result_too_large",
            f"The agent's result has {size} bytes as JSON; {max_bytes} are taken.",
        )
    return Completed(text)


def to_json(value: object) -> str:
    """The value as JSON: plain values, dataclasses, and `Content`. No NaN and no Infinity."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
    )


def _plain(value: object) -> Any:
    if isinstance(value, Content):
        return value.to_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"a {type(value).__name__} is not JSON")


def _bounded(message: str) -> str:
    """As the platform takes text: bounded, well-formed, no control characters but for its layout."""
    text = _CONTROL.sub("", message).strip()
    if len(text) > _MAX_MESSAGE_LENGTH:
        text = f"{text[: _MAX_MESSAGE_LENGTH - 1]}…"
    return well_formed(text)


def well_formed(text: str) -> str:
    """The text without halves of surrogate pairs, which no UTF-8 has: as of names of files."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
