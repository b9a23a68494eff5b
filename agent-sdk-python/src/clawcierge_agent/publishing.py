"""Has an agent's contract and policies in force: publishes what differs."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal

from ._endpoints import checked_key, endpoints_of
from ._rest import Rest
from ._wire import instant_of
from .actions import Capability
from .errors import ForbiddenError, UnauthenticatedError

_log = logging.getLogger("clawcierge_agent")

RuleAction = Literal["reject", "waive_approval", "require_approval", "allow"]
DefaultAction = Literal["reject", "require_approval", "allow"]

_FIELDS = """id handle
  capabilities { id version
    capabilities { action title description paramsSchema constraints resultFormat resultSchema
      hints { readOnly destructive idempotent openWorld } textParam } }
  policies { id version defaultAction
    rules { condition cel action reason onlyParams expiresAt madeFrom } }"""
_OWN = f"{{ viewer {{ __typename ... on Agent {{ {_FIELDS} }} }} }}"
_OF = f"query ($id: ID!) {{ agent(id: $id) {{ {_FIELDS} }} }}"


@dataclass(frozen=True)
class Rule:
    """One rule of an agent's policies: a ``condition``, or ``cel``, and what it does."""

    action: RuleAction
    condition: str | None = None
    cel: str | None = None
    reason: str | None = None
    #: The rule matches only requests that have all these params and no other.
    only_params: Sequence[str] | None = None
    expires_at: datetime | None = None
    #: The approval that it was made from by "approve and remember".
    made_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is published."""
        return {
            "action": self.action,
            "condition": self.condition,
            "cel": self.cel,
            "reason": self.reason,
            "only_params": None if self.only_params is None else list(self.only_params),
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
            "made_from": self.made_from,
        }


@dataclass(frozen=True)
class Policies:
    """Whom the agent serves."""

    rules: Sequence[Rule] = ()
    default_action: DefaultAction = "allow"
    #: Keeps, after the rules, those in force that people made by "approve and remember".
    keep_remembered: bool = True


@dataclass(frozen=True)
class Version:
    """A version of a contract, or of policies, that is in force."""

    id: str
    version: int
    #: Whether this call made it.
    is_new: bool


@dataclass(frozen=True)
class _Published:
    agent_id: str
    contract: Mapping[str, Any] | None = None
    policies: Mapping[str, Any] | None = None


class Publisher:
    """Publishes for one agent, with its own key or its owner's.

    ``agent_id`` is the agent's id or handle; whose the key is when it is left out. An owner's key
    says nothing of which agent.
    """

    def __init__(self, rest: Rest, agent_id: str | None, *, force: bool = False) -> None:
        self._rest = rest
        self._agent_id = agent_id
        self._force = force

    async def capabilities(self, capabilities: Sequence[Capability]) -> Version:
        """Publishes a new version of the contract where they differ from the active one."""
        published = await self._published()
        contract = published.contract
        wanted = [each.to_json() for each in capabilities]
        if contract is not None and not self._force:
            active = [_capability_of(each) for each in contract["capabilities"]]
            if _is_same(active, wanted):
                return _unchanged(contract)
        body = {"capabilities": wanted}
        path = f"/v1/agents/{published.agent_id}/capabilities"
        return _new(await self._rest.call("PUT", path, body, is_repeatable=False))

    async def policies(self, policies: Policies) -> Version:
        """Publishes a new version of the policies where they differ from those in force."""
        published = await self._published()
        active = published.policies
        known = [_rule_of(each) for each in active["rules"]] if active else []
        rules = [each.to_json() for each in policies.rules]
        if policies.keep_remembered:
            rules += _remembered(known, rules)
        default_action = policies.default_action
        if active is not None and not self._force:
            in_force = [active["defaultAction"].lower(), [_comparable(each) for each in known]]
            if _is_same(in_force, [default_action, [_comparable(each) for each in rules]]):
                return _unchanged(active)
        body = {"rules": rules, "default_action": default_action}
        path = f"/v1/agents/{published.agent_id}/policies"
        return _new(await self._rest.call("PUT", path, body, is_repeatable=False))

    async def _published(self) -> _Published:
        """Whose the key is and what it has in force.

        Of another agent, which the platform will refuse, there is nothing.
        """
        viewer = (await self._rest.graphql(_OWN)).get("viewer")
        if not viewer:
            raise UnauthenticatedError("The platform does not know the key.")
        agent_id = self._agent_id
        if viewer["__typename"] == "Owner":
            if agent_id is None:
                raise ValueError("With an owner's key agent_id says which agent is meant")
            agent = (await self._rest.graphql(_OF, {"id": agent_id})).get("agent")
        elif viewer["__typename"] == "Agent":
            is_own = agent_id in (None, viewer["id"], viewer["handle"])
            agent = viewer if is_own else None
        else:
            raise ForbiddenError("The key is neither an agent's nor its owner's.")
        if agent is None:
            return _Published(str(agent_id))
        return _Published(agent["id"], agent["capabilities"], agent["policies"])


async def publish_capabilities(
    url: str,
    api_key: str,
    capabilities: Sequence[Capability],
    *,
    agent_id: str | None = None,
    force: bool = False,
) -> Version:
    """Has what the agent offers in force; answers the version that is.

    A new version is published only where it differs from the active one, so that an agent may do
    so at every start; ``force`` publishes all the same. What the platform warns of is logged.
    """
    rest = Rest(endpoints_of(url), checked_key(api_key))
    try:
        return await Publisher(rest, agent_id, force=force).capabilities(capabilities)
    finally:
        rest.close()


async def publish_policies(
    url: str,
    api_key: str,
    policies: Policies,
    *,
    agent_id: str | None = None,
    force: bool = False,
) -> Version:
    """Has the agent's rules in force; answers the version that is. As `publish_capabilities`."""
    rest = Rest(endpoints_of(url), checked_key(api_key))
    try:
        return await Publisher(rest, agent_id, force=force).policies(policies)
    finally:
        rest.close()


def _capability_of(published: Mapping[str, Any]) -> dict[str, Any]:
    hints = published["hints"]
    return {
        "action": published["action"],
        "title": published["title"],
        "description": published["description"],
        "params_schema": published["paramsSchema"],
        "constraints": published["constraints"],
        "result_format": published["resultFormat"].lower(),
        "result_schema": published["resultSchema"],
        "hints": {
            "read_only": hints["readOnly"],
            "destructive": hints["destructive"],
            "idempotent": hints["idempotent"],
            "open_world": hints["openWorld"],
        },
        "text_param": published["textParam"],
    }


def _rule_of(published: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "action": published["action"].lower(),
        "condition": published["condition"],
        "cel": published["cel"],
        "reason": published["reason"],
        "only_params": published["onlyParams"],
        "expires_at": published["expiresAt"],
        "made_from": published["madeFrom"],
    }


def _comparable(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule without who made it, and with its moment however that is written."""
    expires_at = instant_of(rule["expires_at"])
    moment = None if expires_at is None else expires_at.timestamp()
    return {**rule, "made_from": None, "expires_at": moment}


def _remembered(
    known: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What people have remembered, as long as it applies, without what is given already."""
    given = {each["made_from"] for each in own}
    now = datetime.now(timezone.utc)
    return [
        dict(rule)
        for rule in known
        if rule["made_from"] is not None
        and rule["made_from"] not in given
        and ((expires_at := instant_of(rule["expires_at"])) is None or expires_at > now)
    ]


def _is_same(one: object, other: object) -> bool:
    """As JSON, whatever the order of members is and however numbers are written."""
    return _canonical(one) == _canonical(other)


def _canonical(value: object) -> object:
    return _plain_numbers(json.loads(json.dumps(value)))


def _plain_numbers(value: Any) -> Any:
    """Apart are true and 1, which Python takes for the same, and one are 1 and 1.0."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [_plain_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain_numbers(member) for name, member in value.items()}
    return value


def _unchanged(active: Mapping[str, Any]) -> Version:
    _log.debug("the same is published already, as version %d", active["version"])
    return Version(active["id"], active["version"], is_new=False)


def _new(published: Mapping[str, Any]) -> Version:
    for warning in published.get("warnings") or ():
        _log.warning(
            "the platform warns of what was published: %s %s", warning["path"], warning["message"]
        )
    return Version(published["id"], published["version"], is_new=True)
