"""Every error that this package raises.

Those that the platform answers are printed from its own catalogue; the others, here, are
about how this side reaches it.
"""

from __future__ import annotations

from ._error import ClawciergeError
from ._generated.errors import *  # noqa: F403
from ._generated.errors import ERROR_CLASSES


class ConnectionFailedError(ClawciergeError):
    """The platform could not be reached, did not answer in time or with nothing that could be
    understood, or said that it cannot answer now. The same call may work a little later.
    """

    code = "connection_failed"
    retryable = True


class OverloadedError(ConnectionFailedError):
    """The platform has too much to do just now, and said so: nothing was kept, and the same call
    may work after ``retry_after`` seconds.
    """

    code = "overloaded"


class PlatformError(ClawciergeError):
    """The platform refused the call with a problem that this package has no class for."""

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.code = code


class WaitTimeoutError(ClawciergeError):
    """A wait was over before the request was final. The request itself goes on."""

    code = "wait_timeout"

    def __init__(self, request_id: str, seconds: float) -> None:
        super().__init__(f"Request {request_id} was not final within {seconds:g} s.")
        #: Whose outcome was waited for.
        self.request_id = request_id


class AgentStoppedError(ClawciergeError):
    """The platform turned the agent away for good: connecting again could not help."""

    code = "agent_stopped"

    def __init__(self, close_code: int | str, reason: str) -> None:
        super().__init__(f"The platform turned the agent away ({close_code}): {reason}")
        #: The close code (4001), the HTTP status of a refused upgrade (401, 403), or the code of
        #: what the platform answered.
        self.close_code = close_code
        #: Why, for people.
        self.reason = reason


class Failure(ClawciergeError):
    """Raised by a handler to fail the request with a code and a message for its sender.

    The code is up to 64 characters of ``A-Z a-z 0-9 _ . : -``, beginning with a letter or a
    digit, or else ``agent_error`` takes its place; a message beyond 2,000 characters is cut. Of
    anything else that a handler raises, the sender learns nothing.
    """

    def __init__(self, code: str, message: str) -> None:
        if not isinstance(code, str) or not isinstance(message, str):
            raise TypeError("the code and the message of a Failure must be texts")
        super().__init__(message)
        self.code = code


__all__ = [
    "AgentStoppedError",
    "ClawciergeError",
    "ConnectionFailedError",
    "Failure",
    "OverloadedError",
    "PlatformError",
    "WaitTimeoutError",
    *(each.__name__ for each in ERROR_CLASSES.values()),
]
