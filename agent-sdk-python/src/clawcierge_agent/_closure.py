"""What the end of a connection means for the next one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._generated.close_codes import CLOSE_CODE_RANGES, CLOSE_CODES, Retry

#: In the reason of a close.
_SPREAD = re.compile(r"\bwithin (\d{1,3}) s\b", re.ASCII)
#: No close makes an agent wait for longer.
_SPREAD_MAX = 60.0

#: What this side knows better than the platform says it.
_MEANINGS = {
    1009: "a message was larger than the platform takes: max_message_bytes must be its "
    "WS_MAX_MESSAGE_SIZE",
}
_UPGRADES: dict[int, tuple[Retry, str]] = {
    401: ("never", "the platform does not know the key"),
    403: ("never", "the platform does not take the key here"),
}
_REFUSALS: dict[str, Retry] = {"unauthenticated": "never", "forbidden": "never"}


@dataclass(frozen=True)
class Closed:
    """The socket was closed; 1006 stands for "without a closing handshake"."""

    code: int
    reason: str


@dataclass(frozen=True)
class UpgradeRefused:
    """The server answered the upgrade with an HTTP status instead of a socket."""

    status: int
    #: What the server said of it, if it is a problem document.
    reason: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class CallRefused:
    """What had to be asked before the channel could be opened was refused."""

    code: str
    reason: str


Closure = Closed | UpgradeRefused | CallRefused


@dataclass(frozen=True)
class Verdict:
    """What to do after a connection ended."""

    #: ``never``: the platform turned this key away for good. ``at-once``: somebody else is ready
    #: to take over. ``slowly``: it will only work after somebody has changed something.
    retry: Retry
    code: int | str
    reason: str
    #: The platform closed many at once and asks them to come back spread over so many seconds.
    spread: float = 0.0
    #: The platform is not to be asked earlier.
    not_before: float = 0.0


def judge(closure: Closure) -> Verdict:
    """Whether, and how soon, to connect again.

    A close code that is not known means what its range means; whatever is not known to be final
    is tried again.
    """
    if isinstance(closure, UpgradeRefused):
        retry, meaning = _UPGRADES.get(
            closure.status,
            ("backoff", f"the upgrade was answered with HTTP {closure.status}"),
        )
        wait = min(closure.retry_after or 0.0, _SPREAD_MAX)
        return Verdict(retry, closure.status, closure.reason or meaning, not_before=wait)
    if isinstance(closure, CallRefused):
        return Verdict(_REFUSALS.get(closure.code, "backoff"), closure.code, closure.reason)
    retry, meaning = CLOSE_CODES.get(closure.code) or (
        _retry_of_range(closure.code),
        "no reason was given",
    )
    reason = closure.reason or _MEANINGS.get(closure.code, meaning)
    spread = _spread_in(closure.reason) if retry == "at-once" else 0.0
    return Verdict(retry, closure.code, reason, spread=spread)


def _spread_in(reason: str) -> float:
    match = _SPREAD.search(reason)
    return min(float(match[1]), _SPREAD_MAX) if match else 0.0


def _retry_of_range(code: int) -> Retry:
    for first, last, retry in CLOSE_CODE_RANGES:
        if first <= code <= last:
            return retry
    return "backoff"
