"""Connects a private agent to a Clawcierge platform, and sends requests to agents."""

from __future__ import annotations

from ._closure import Verdict
from ._problem import InputIssue
from .actions import Capability, Handler, Hints, ResultFormat
from .agent import Agent
from .content import Annotations, Audio, Block, Content, Image, Link, Resource, Text
from .errors import (
    AgentNotConnectedError,
    AgentNotFoundError,
    AgentStoppedError,
    ClawciergeError,
    ConnectionFailedError,
    Failure,
    ForbiddenError,
    InvalidInputError,
    OverloadedError,
    PlatformError,
    RateLimitedError,
    RequestFinishedError,
    RequestNotFoundError,
    RequestRejectedError,
    UnauthenticatedError,
    WaitTimeoutError,
)
from .publishing import Policies, Rule, Version, publish_capabilities, publish_policies
from .registry import RegisteredAgent, RegisteredSender, register_agent, register_sender
from .request import Cancellation, ReceivedRequest
from .sender import Sender
from .states import AgentProfile, Progress, RequestError, RequestState

__all__ = [
    "Agent",
    "AgentNotConnectedError",
    "AgentNotFoundError",
    "AgentProfile",
    "AgentStoppedError",
    "Annotations",
    "Audio",
    "Block",
    "Cancellation",
    "Capability",
    "ClawciergeError",
    "ConnectionFailedError",
    "Content",
    "Failure",
    "ForbiddenError",
    "Handler",
    "Hints",
    "Image",
    "InputIssue",
    "InvalidInputError",
    "Link",
    "OverloadedError",
    "PlatformError",
    "Policies",
    "Progress",
    "RateLimitedError",
    "ReceivedRequest",
    "RegisteredAgent",
    "RegisteredSender",
    "RequestError",
    "RequestFinishedError",
    "RequestNotFoundError",
    "RequestRejectedError",
    "RequestState",
    "Resource",
    "ResultFormat",
    "Rule",
    "Sender",
    "Text",
    "UnauthenticatedError",
    "Verdict",
    "Version",
    "WaitTimeoutError",
    "publish_capabilities",
    "publish_policies",
    "register_agent",
    "register_sender",
]
