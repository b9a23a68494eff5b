"""A sender's side: who is asked, what, and how it ended."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from math import inf
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote, urlencode

from ._backoff import Random
from ._endpoints import checked_key, endpoints_of
from ._event_stream import events_in
from ._pins import AgentPins
from ._rest import MAX_TRIES, TIMEOUT_SECONDS, Rest
from ._wire import trace_of
from .errors import (
    AgentNotFoundError,
    ConnectionFailedError,
    RateLimitedError,
    WaitTimeoutError,
)
from .states import AgentProfile, RequestState, Status, profile_of, state_of

#: The platform waits for at most a minute.
_WAIT_SECONDS = 50.0
_PINS_MAX = 1_000


class Sender:
    """Looks agents up, submits requests and waits for how they end.

    ::

        async with Sender("http://localhost:8000", api_key) as sender:
            done = await sender.request("marius.exec", "calendar.schedule", {"title": "Standup"})
            print(done.status, done.result if done.status == "completed" else done.error)

    ``api_key`` is a sender's key, ``clw_sender_…``; an agent's works as well. Failures that the
    platform names are raised as the classes of `clawcierge_agent.errors`.

    - ``timeout``: seconds for one HTTP request, besides what it waits for an outcome.
    - ``max_tries``: how often what does no harm twice is tried when the platform cannot be
      reached. Submissions are among it, since each has an idempotency key.
    - ``pin_agents``: whether a handle goes on meaning the agent that it meant when this sender
      first used it: should another agent have it later, nothing is sent there, and
      AgentNotFoundError is raised. Of the 1,000 handles used last.
    - ``draw``: for tests, in place of random numbers.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        max_tries: int = MAX_TRIES,
        pin_agents: bool = True,
        ssl_context: ssl.SSLContext | None = None,
        draw: Random = random.random,
    ) -> None:
        self._rest = Rest(
            endpoints_of(url),
            checked_key(api_key),
            timeout=timeout,
            max_tries=max_tries,
            ssl_context=ssl_context,
            draw=draw,
        )
        self._pins = AgentPins(_PINS_MAX) if pin_agents else None

    async def resolve(self, handle: str) -> AgentProfile:
        """Looks an agent up by its handle or id: the one that has the handle now."""
        entry = await self._rest.call("GET", f"/v1/directory/{quote(handle, safe='')}")
        if self._pins is not None:
            self._pins.answered(handle, entry["agent_id"])
        return profile_of(entry)

    async def submit(
        self,
        handle: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        expires_in_seconds: int | None = None,
        when_offline: Literal["reject", "queue"] = "reject",
        context_id: str | None = None,
        expected_agent_id: str | None = None,
        traceparent: str | None = None,
        tracestate: str | None = None,
        wait: float = 0.0,
    ) -> RequestState:
        """Submits a request; answers as soon as the platform has passed it on.

        Or, with ``wait``, when it is final or so many seconds are over. The same
        ``idempotency_key`` answers with the first request again for 24 hours; one is made where
        none is given, so that a lost answer never makes a second request. What the pipeline
        refuses is raised as RequestRejectedError.

        ``context_id`` is what the request belongs to, such as a conversation; the agent reads it.
        ``expected_agent_id`` is the id that the agent must have; with ``pin_agents`` it is meant
        by the handle from then on.
        """
        expected = expected_agent_id or await self._pinned(handle)
        body = {
            "action": action,
            "params": dict(params or {}),
            "when_offline": when_offline,
            "if_agent_id": expected,
            "expires_in_seconds": expires_in_seconds,
            "context_id": context_id,
        }
        seconds = min(wait, _WAIT_SECONDS)
        headers = {
            "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
            **trace_of(traceparent, tracestate),
            **_prefer_wait(seconds),
        }
        try:
            answer = await self._rest.call(
                "POST",
                f"/v1/agents/{quote(handle, safe='')}/requests",
                {name: value for name, value in body.items() if value is not None},
                headers=headers,
                is_repeatable=True,
                extra_time=seconds,
            )
        except AgentNotFoundError as error:
            if expected_agent_id is not None or expected is None:
                raise
            raise AgentNotFoundError(
                f"{error.message} The handle was that agent's when this sender first used it; to "
                "mean another, say its id as expected_agent_id.",
                status=error.status,
                problem=error.problem,
            ) from error
        if expected_agent_id is not None and self._pins is not None:
            self._pins.pin(handle, expected_agent_id)
        return state_of(answer)

    async def request(
        self,
        handle: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        idempotency_key: str | None = None,
        expires_in_seconds: int | None = None,
        when_offline: Literal["reject", "queue"] = "reject",
        context_id: str | None = None,
        expected_agent_id: str | None = None,
        traceparent: str | None = None,
        tracestate: str | None = None,
    ) -> RequestState:
        """`submit`, and then `wait`, for ``timeout`` seconds at most."""
        began = asyncio.get_running_loop().time()
        wait = _WAIT_SECONDS if timeout is None else min(timeout, _WAIT_SECONDS)
        state = await self.submit(
            handle,
            action,
            params,
            idempotency_key=idempotency_key,
            expires_in_seconds=expires_in_seconds,
            when_offline=when_offline,
            context_id=context_id,
            expected_agent_id=expected_agent_id,
            traceparent=traceparent,
            tracestate=tracestate,
            wait=wait,
        )
        if state.is_final:
            return state
        if timeout is None:
            return await self.wait(state.id)
        spent = asyncio.get_running_loop().time() - began
        try:
            return await self.wait(state.id, timeout=max(timeout - spent, 0.0))
        except WaitTimeoutError:
            raise WaitTimeoutError(state.id, timeout) from None

    async def read(self, request_id: str) -> RequestState:
        """The request as it is now. RequestNotFoundError also for somebody else's."""
        return state_of(await self._rest.call("GET", _path_of(request_id)))

    async def wait(self, request_id: str, *, timeout: float | None = None) -> RequestState:
        """Waits until the request is final, whichever way, over lost connections.

        WaitTimeoutError after ``timeout`` seconds; the request itself goes on.
        """
        until = inf if timeout is None else asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout(timeout):
                return await self._until_final(request_id, until)
        except TimeoutError:
            raise WaitTimeoutError(request_id, timeout or 0.0) from None

    async def follow(self, request_id: str) -> AsyncIterator[RequestState]:
        """The request now, and again at each change, until it is final; over lost connections."""
        backoff = self._rest.backoff()
        last_id: str | None = None
        while True:
            headers = {} if last_id is None else {"Last-Event-ID": last_id}
            try:
                async with self._rest.stream(f"{_path_of(request_id)}/events", headers) as parts:
                    if parts is None:
                        return
                    async for event in events_in(parts):
                        if event.name != "request":
                            continue
                        backoff.reset()
                        last_id = event.id
                        state = state_of(json.loads(event.data))
                        yield state
                        if state.is_final:
                            return
            except ConnectionFailedError as error:
                await asyncio.sleep(error.retry_after or 0.0)
            await asyncio.sleep(backoff.next())

    async def cancel(self, request_id: str, reason: str | None = None) -> RequestState:
        """Gives a request up; the agent is told. RequestFinishedError where it was too late."""
        body = {} if reason is None else {"reason": reason}
        answer = await self._rest.call("POST", f"{_path_of(request_id)}/cancel", body)
        return state_of(answer)

    async def requests(
        self,
        *,
        status: Status | None = None,
        agent: str | None = None,
        action: str | None = None,
        context_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> AsyncIterator[RequestState]:
        """The sender's own requests, newest first, without their results."""
        query = {
            "status": status,
            "agent": agent,
            "action": action,
            "context_id": context_id,
            "created_after": created_after and created_after.isoformat(),
            "created_before": created_before and created_before.isoformat(),
            "limit": "100",
        }
        asked = {name: value for name, value in query.items() if value is not None}
        while True:
            page = await self._rest.call("GET", f"/v1/requests?{urlencode(asked)}")
            for item in page["items"]:
                yield state_of(item)
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    async def close(self) -> None:
        """Ends what is kept open."""
        self._rest.close()

    async def __aenter__(self) -> Sender:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def _until_final(self, request_id: str, until: float) -> RequestState:
        loop = asyncio.get_running_loop()
        backoff = self._rest.backoff()
        while True:
            began = loop.time()
            left = max(0.0, min(until - began, _WAIT_SECONDS))
            try:
                answer = await self._rest.call(
                    "GET", _path_of(request_id), headers=_prefer_wait(left), extra_time=left
                )
                state = state_of(answer)
                if state.is_final:
                    return state
                # Where many wait already the platform answers at once.
                pause = backoff.next() if loop.time() - began < left / 2 else 0.0
            except (ConnectionFailedError, RateLimitedError) as error:
                pause = max(backoff.next(), error.retry_after or 0.0)
            await asyncio.sleep(pause)

    async def _pinned(self, handle: str) -> str | None:
        """The id of the agent that the handle is pinned to, which is looked up the first time."""
        if self._pins is None or _is_id(handle):
            return None
        return self._pins.of(handle) or (await self.resolve(handle)).agent_id


def _prefer_wait(seconds: float) -> dict[str, str]:
    whole = int(seconds)
    return {"Prefer": f"wait={whole}"} if whole > 0 else {}


def _path_of(request_id: str) -> str:
    return f"/v1/requests/{quote(request_id, safe='')}"


def _is_id(handle: str) -> bool:
    try:
        uuid.UUID(handle)
    except ValueError:
        return False
    return True
