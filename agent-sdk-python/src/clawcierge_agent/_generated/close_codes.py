"""What the platform closes sockets with, and what that means for an agent.

Printed from src/transport/close-codes.ts by `npm run generate`. Do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

#: Whether, and how soon, to connect again.
Retry = Literal["never", "at-once", "backoff", "slowly"]

#: What each close code means.
CLOSE_CODES: Mapping[int, tuple[Retry, str]] = {
    1000: ("backoff", "The channel was ended"),
    1001: ("at-once", "The node is shutting down, or has lost its database"),
    1006: ("backoff", "The connection was cut"),
    1009: ("backoff", "A message was over the limit"),
    1013: ("backoff", "The platform cannot answer now"),
    4001: ("never", "The key was revoked or has expired, or the agent was deleted"),
    4008: ("backoff", "No heartbeat for too long"),
    4009: ("slowly", "More channels than one agent may hold"),
    4029: ("backoff", "The agent reads too slowly"),
    4201: ("slowly", "An administrator has suspended the agent"),
    4400: ("backoff", "A message broke graphql-transport-ws"),
    4401: ("never", "An operation came before the key was accepted"),
    4403: ("never", "The key is not valid"),
    4406: ("slowly", "The server does not speak graphql-transport-ws"),
    4408: ("backoff", "The key did not arrive in time"),
    4409: ("backoff", "The id of an operation is in use"),
    4429: ("backoff", "Too many subscriptions on one socket"),
    4500: ("backoff", "Something went wrong on the platform’s side"),
}

#: What codes mean that are not known: from, to, and what to do.
CLOSE_CODE_RANGES: Sequence[tuple[int, int, Retry]] = (
    (4100, 4199, "backoff"),
    (4200, 4299, "slowly"),
    (4300, 4399, "never"),
)
