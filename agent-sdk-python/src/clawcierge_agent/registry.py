"""Makes agents and senders known to a platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._endpoints import checked_key, endpoints_of
from ._rest import Rest


@dataclass(frozen=True)
class RegisteredAgent:
    """A new agent. The keys are shown only here."""

    id: str
    handle: str
    display_name: str
    api_key: str = field(repr=False)
    #: Its owner's, who was made with it; None where the agent was added to an owner.
    owner_key: str | None = field(repr=False)


@dataclass(frozen=True)
class RegisteredSender:
    """A new sender. The key is shown only here."""

    id: str
    display_name: str
    api_key: str = field(repr=False)


async def register_agent(
    url: str,
    *,
    handle: str,
    display_name: str,
    description: str | None = None,
    owner_key: str | None = None,
    invitation: str | None = None,
) -> RegisteredAgent:
    """Registers an agent, with ``owner_key`` as a further one of that owner.

    Raises HandleTakenError, and RegistrationClosedError where an ``invitation`` is needed.
    """
    body = {
        "handle": handle,
        "display_name": display_name,
        "description": description,
        "invitation": invitation,
    }
    answer = await _register(url, "/v1/agents", body, owner_key)
    return RegisteredAgent(
        id=answer["id"],
        handle=answer["handle"],
        display_name=answer["display_name"],
        api_key=answer["api_key"],
        owner_key=answer.get("owner_key"),
    )


async def register_sender(
    url: str,
    *,
    display_name: str,
    owner_key: str | None = None,
    invitation: str | None = None,
) -> RegisteredSender:
    """Registers a sender; RegistrationClosedError where an ``invitation`` is needed."""
    body = {"display_name": display_name, "invitation": invitation}
    answer = await _register(url, "/v1/senders", body, owner_key)
    return RegisteredSender(
        id=answer["id"], display_name=answer["display_name"], api_key=answer["api_key"]
    )


async def _register(url: str, path: str, body: dict[str, Any], key: str | None) -> Any:
    rest = Rest(endpoints_of(url), None if key is None else checked_key(key))
    try:
        return await rest.call(
            "POST", path, {name: value for name, value in body.items() if value is not None}
        )
    finally:
        rest.close()
