"""What all errors of this package have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class ClawciergeError(Exception):
    """An error that this package raises on purpose; catch it for all of them."""

    #: A stable name for programs.
    code: str = "error"
    #: Whether the same call may work later although the caller changes nothing.
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        #: For people.
        self.message = message
        #: The HTTP status that it was answered with, where it was answered.
        self.status = status
        #: In how many seconds to try again, where the platform said so.
        self.retry_after = retry_after
        #: The whole problem document (RFC 9457) that was answered.
        self.problem: Mapping[str, Any] = problem or {}
