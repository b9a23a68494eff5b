"""Makes agents and senders known to a platform."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from ._endpoints import checked_key, endpoints_of
from ._proof_of_work import with_proof_of_work
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
    proof_of_work_max_bits: int = 26,
) -> RegisteredAgent:
    """Registers an agent, with ``owner_key`` as a further one of that owner.

    Where the platform asks for a proof of work it is done, unless it is of more than
    ``proof_of_work_max_bits`` (each one more takes twice as long, and 20 about a second):
    WorkRequiredError. Raises HandleTakenError, and RegistrationClosedError where an
    ``invitation`` is needed.
    """
    body = {
        "handle": handle,
        "display_name": display_name,
        "description": description,
        "invitation": invitation,
    }
    answer = await _register(url, "/v1/agents", body, owner_key, proof_of_work_max_bits)
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
    proof_of_work_max_bits: int = 26,
) -> RegisteredSender:
    """Registers a sender; RegistrationClosedError where an ``invitation`` is needed.

    A proof of work is done as by ``register_agent``.
    """
    body = {"display_name": display_name, "invitation": invitation}
    answer = await _register(url, "/v1/senders", body, owner_key, proof_of_work_max_bits)
    return RegisteredSender(
        id=answer["id"], display_name=answer["display_name"], api_key=answer["api_key"]
    )


async def _register(
    url: str, path: str, body: dict[str, Any], key: str | None, max_bits: int
) -> Any:
    rest = Rest(endpoints_of(url), None if key is None else checked_key(key))

    def register(proof: str | None) -> Awaitable[Any]:
        fields = {**body, "proof_of_work": proof}
        sent = {name: value for name, value in fields.items() if value is not None}
        return rest.call("POST", path, sent)

    try:
        return await with_proof_of_work(max_bits, register)
    finally:
        rest.close()
