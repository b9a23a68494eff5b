"""The errors that the platform answers; one class each.

Printed from src/domain/errors.ts by `npm run generate`. Do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .._error import ClawciergeError
from .._problem import InputIssue, count_in, flag_in, issues_in, text_in, text_or_none_in, texts_in


class AdminNotFoundError(ClawciergeError):
    """There is no administrator of that id, or it was removed."""

    code = "admin_not_found"


class AgentNotConnectedError(ClawciergeError):
    """The agent holds no channel, and the request was not to be queued. Nothing was
    kept.
    """

    code = "agent_not_connected"
    retryable = True


class AgentNotFoundError(ClawciergeError):
    """There is no such agent."""

    code = "agent_not_found"

    @property
    def handle(self) -> str:
        """The handle, or the id, that no agent has."""
        return text_in(self.problem, "handle")


class AgentQuarantinedError(ClawciergeError):
    """The agent's contract or its policies were ended too often by the budget of
    computing that they have, so the platform evaluates them for nothing that takes
    computing for a while. It is not the request's doing: nothing was decided and
    nothing was kept. It may work after `Retry-After` seconds, or sooner, once the
    agent's owner has published another version or has lifted it.
    """

    code = "agent_quarantined"
    retryable = True


class ApiKeyNotFoundError(ClawciergeError):
    """There is no such key, or it is not the caller's."""

    code = "api_key_not_found"


class ApprovalChangedError(ClawciergeError):
    """What would be done, or what it is bound to, is not what the digest that was
    sent stands for. Nothing was decided: look at it again, and decide with the new
    digest.
    """

    code = "approval_changed"

    @property
    def digest(self) -> str:
        """Of what is to be looked at now."""
        return text_in(self.problem, "digest")


class ApprovalDecidedError(ClawciergeError):
    """It was decided before, or ended otherwise; `status` says how."""

    code = "approval_decided"

    @property
    def approval_status(self) -> str:
        """How the approval ended."""
        return text_in(self.problem, "approval_status")


class ApprovalNotFoundError(ClawciergeError):
    """There is no such approval, or it is not one that the caller may see or decide
    about.
    """

    code = "approval_not_found"


class ApproverNotFoundError(ClawciergeError):
    """There is no such approver, it was removed, or it is not the caller's."""

    code = "approver_not_found"


class AuditEntryNotFoundError(ClawciergeError):
    """There is no such entry of the audit trail, or it is not one that the caller
    may see.
    """

    code = "audit_entry_not_found"


class BlockedError(ClawciergeError):
    """The agent's owner takes nothing from this sender."""

    code = "blocked"


class ForbiddenError(ClawciergeError):
    """The key is valid, but of the wrong kind, of another agent, or limited to other
    scopes; the detail says which.
    """

    code = "forbidden"


class HandleTakenError(ClawciergeError):
    """Another agent has the handle."""

    code = "handle_taken"

    @property
    def handle(self) -> str:
        """The handle that is taken."""
        return text_in(self.problem, "handle")


class InvalidInputError(ClawciergeError):
    """The input breaks a rule. Every problem is listed."""

    code = "invalid_input"

    @property
    def issues(self) -> Sequence[InputIssue]:
        """Everything that is wrong."""
        return issues_in(self.problem, "errors")


class InvalidResultError(ClawciergeError):
    """The contract that the request was let in by says what results of its action
    are, and this one is not so, or could not be checked within the budget. The
    request has ended as failed, with the code `invalid_result`; its sender is told
    no more than that.
    """

    code = "invalid_result"

    @property
    def issues(self) -> Sequence[InputIssue]:
        """What is wrong with the result, at most 20."""
        return issues_in(self.problem, "errors")


class InvitationNotFoundError(ClawciergeError):
    """There is no such invitation."""

    code = "invitation_not_found"


class NotSealedError(ClawciergeError):
    """What is asked for is not sealed into the tree of the audit trail yet, which
    ordinarily takes a second; the first heads come with the day (UTC) after the
    first entry. Ask again.
    """

    code = "not_sealed"
    retryable = True


class RateLimitedError(ClawciergeError):
    """Too many calls in too short a time."""

    code = "rate_limited"
    retryable = True

    @property
    def violated_policies(self) -> Sequence[str]:
        """Which limits were met: `agent` is set by its owner, `cost` is what the
        caller’s calls may cost together, `computing`, `storage`, `submissions` and
        the others are the platform’s; none where it is about places and not about
        time.
        """
        return texts_in(self.problem, "violated-policies")


class RegistrationClosedError(ClawciergeError):
    """Registration needs an invitation here, and there was none, or is closed; the
    detail says which. Owners register agents of theirs all the same.
    """

    code = "registration_closed"


class RequestFinishedError(ClawciergeError):
    """It already has its final state."""

    code = "request_finished"


class RequestNotFoundError(ClawciergeError):
    """There is no such request, or it is not the caller's."""

    code = "request_not_found"


class RequestRejectedError(ClawciergeError):
    """The pipeline said no. The request is kept, with its log, unless more of them
    are rejected in a minute than are kept.
    """

    code = "request_rejected"

    @property
    def stage(self) -> str:
        """The stage that said no: policy_engine, capability_sandbox, …"""
        return text_in(self.problem, "stage")

    @property
    def kind(self) -> str | None:
        """Why, for programs; absent from what was rejected before kinds were
        recorded.
        """
        return text_or_none_in(self.problem, "kind")

    @property
    def reason(self) -> str:
        """Why, in one sentence."""
        return text_in(self.problem, "reason")

    @property
    def issues(self) -> Sequence[InputIssue]:
        """Everything that is wrong with the params, at most 20; none where it is
        about something else.
        """
        return issues_in(self.problem, "errors")

    @property
    def request_id(self) -> str:
        """The rejected request, whose log says more where it is kept."""
        return text_in(self.problem, "request_id")

    @property
    def kept(self) -> bool:
        """Whether the request is kept. Where it is not, nothing is found under its
        id, and its idempotency key is as if it had not been used.
        """
        return flag_in(self.problem, "kept")


class SenderLimitNotFoundError(ClawciergeError):
    """The sender has no limit of its own at the agent."""

    code = "sender_limit_not_found"


class SenderNotFoundError(ClawciergeError):
    """There is no such sender."""

    code = "sender_not_found"


class StorageFullError(ClawciergeError):
    """What is stored is at its bound (STORAGE_MAX_BYTES), but for a reserve: nothing
    new is taken, no request, no registration and no document. What is under way goes
    on, and what makes room does. Nothing was kept of this; it may work once whoever
    runs the platform has made room.
    """

    code = "storage_full"


class SuspendedError(ClawciergeError):
    """An administrator has stopped the sender, or the agent; the detail says which,
    and only they know why. What is open waits, and goes on once they have taken it
    back.
    """

    code = "suspended"


class UnauthenticatedError(ClawciergeError):
    """There is no key, or it is mistyped, unknown, revoked or expired; the detail
    says which of the first two it is. Send it as `Authorization: Bearer <key>`.
    """

    code = "unauthenticated"


class WebhookNotFoundError(ClawciergeError):
    """The agent has no webhook of that name."""

    code = "webhook_not_found"


class WorkRequiredError(ClawciergeError):
    """Who registers solves a challenge first: there was no proof, or it does not
    hold, has expired or was used already. Find a text with which the SHA-256 of
    challenge, colon and text begins with so many zero bits, and send the three as
    `proofOfWork` (`proof_of_work` over REST) within ten minutes. Owners,
    administrators and whoever was invited need none.
    """

    code = "work_required"

    @property
    def challenge(self) -> str:
        """A new challenge to solve."""
        return text_in(self.problem, "challenge")

    @property
    def bits(self) -> int:
        """How many zero bits the SHA-256 is to begin with."""
        return count_in(self.problem, "bits")


#: The class of each code.
ERROR_CLASSES: Mapping[str, type[ClawciergeError]] = {
    "admin_not_found": AdminNotFoundError,
    "agent_not_connected": AgentNotConnectedError,
    "agent_not_found": AgentNotFoundError,
    "agent_quarantined": AgentQuarantinedError,
    "api_key_not_found": ApiKeyNotFoundError,
    "approval_changed": ApprovalChangedError,
    "approval_decided": ApprovalDecidedError,
    "approval_not_found": ApprovalNotFoundError,
    "approver_not_found": ApproverNotFoundError,
    "audit_entry_not_found": AuditEntryNotFoundError,
    "blocked": BlockedError,
    "forbidden": ForbiddenError,
    "handle_taken": HandleTakenError,
    "invalid_input": InvalidInputError,
    "invalid_result": InvalidResultError,
    "invitation_not_found": InvitationNotFoundError,
    "not_sealed": NotSealedError,
    "rate_limited": RateLimitedError,
    "registration_closed": RegistrationClosedError,
    "request_finished": RequestFinishedError,
    "request_not_found": RequestNotFoundError,
    "request_rejected": RequestRejectedError,
    "sender_limit_not_found": SenderLimitNotFoundError,
    "sender_not_found": SenderNotFoundError,
    "storage_full": StorageFullError,
    "suspended": SuspendedError,
    "unauthenticated": UnauthenticatedError,
    "webhook_not_found": WebhookNotFoundError,
    "work_required": WorkRequiredError,
}
