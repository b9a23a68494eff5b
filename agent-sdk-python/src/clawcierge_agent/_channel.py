"""One connection of an agent: ``WS /v1/agents/{id}/ws``."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any, Protocol

from ._closure import CallRefused, Closed, Closure
from ._endpoints import Endpoints
from ._error import ClawciergeError
from ._message_limit import MessageLimit
from ._outcome import Completed, Outcome, Trace, to_json
from ._problem import issues_in
from ._progress import Said
from ._rest import Rest
from ._socket import PlatformSocket, RefusedError
from ._wire import Cancelled, Delivery, Ping, Received, Refused, Reply, platform_message_of
from .errors import (
    ConnectionFailedError,
    ForbiddenError,
    InvalidResultError,
    PlatformError,
    RateLimitedError,
    RequestFinishedError,
    RequestNotFoundError,
    UnauthenticatedError,
)

#: How long the platform may take to say what it takes.
_INFO_SECONDS = 5.0
_HEARTBEAT = json.dumps({"type": "heartbeat"})
_WHOSE_KEY = "{ viewer { __typename ... on Agent { id } } }"


class ChannelListener(Protocol):
    """Who hears what comes over a channel."""

    def opened(self, channel: RawChannel) -> None:
        """The platform counts on it from now on."""

    def received(self, channel: RawChannel, delivery: Delivery) -> None:
        """A request was delivered."""

    def cancelled(self, request_id: str, reason: str) -> None:
        """A request is over."""

    def answered(self, request_id: str, reply: Reply) -> None:
        """A message about the request was not taken."""


class RawTransport:
    """Where an agent's channels lead, and what is known of it across them."""

    def __init__(
        self,
        endpoints: Endpoints,
        api_key: str,
        *,
        keep_alive: float,
        silence: float,
        max_message_bytes: int,
        ssl_context: ssl.SSLContext | None,
        rest: Rest,
    ) -> None:
        self.endpoints = endpoints
        self.api_key = api_key
        self.keep_alive = keep_alive
        self.silence = silence
        self.ssl_context = ssl_context
        self.rest = rest
        self.limit = MessageLimit(max_message_bytes)
        self._agent_id = endpoints.agent_id
        self._has_asked = False

    async def agent_id(self) -> str:
        """Whose the key is, unless the URL said so."""
        if self._agent_id is None:
            viewer = (await self.rest.graphql(_WHOSE_KEY)).get("viewer")
            if not viewer:
                raise UnauthenticatedError("The platform does not know the key.")
            if viewer["__typename"] != "Agent":
                raise ForbiddenError("The key is not an agent's.")
            self._agent_id = str(viewer["id"])
        return self._agent_id

    async def ask_for_limit(self) -> None:
        """Once: a platform may take less than the agent was told."""
        if self._has_asked:
            return
        try:
            async with asyncio.timeout(_INFO_SECONDS):
                info = await self.rest.call("GET", "/v1/info", is_repeatable=False)
        except (ClawciergeError, TimeoutError):
            # What it was told holds until it is asked again, with the next connection.
            return
        self._has_asked = True
        channel = info.get("agent_channel") if isinstance(info, dict) else None
        limit = channel.get("max_message_bytes") if isinstance(channel, dict) else None
        if isinstance(limit, int) and limit > 0:
            self.limit.told(limit)


class RawChannel:
    """Dials, takes what comes, and ends; to be used once."""

    def __init__(self, transport: RawTransport, listener: ChannelListener) -> None:
        self._transport = transport
        self._listener = listener
        self._socket: PlatformSocket | None = None
        #: Since when the platform counts on it, by the event loop's clock.
        self.opened_at: float | None = None
        self._last_heard = 0.0

    async def hold(self, open_within: float) -> Closure:
        """Connects, serves, and answers how it ended. Only a cancellation is raised."""
        try:
            async with asyncio.timeout(open_within):
                agent_id, _ = await asyncio.gather(
                    self._transport.agent_id(), self._transport.ask_for_limit()
                )
                self._socket = socket = await PlatformSocket.open(
                    self._transport.endpoints,
                    self._transport.endpoints.channel_path(agent_id),
                    api_key=self._transport.api_key,
                    ssl_context=self._transport.ssl_context,
                )
        except Exception as error:
            return _closure_of_error(error)
        return await self._serve(socket, open_within)

    def acknowledge(self, request_id: str, trace: Trace) -> bool:
        """Says that the agent has the request."""
        return self._send({"type": "ack", "request_id": request_id, **trace})

    def report(self, request_id: str, outcome: Outcome) -> bool | None:
        """Says the outcome; None where it fits no message, False where the channel has ended."""
        message = {"type": "action.result", "request_id": request_id, **outcome.trace}
        if not isinstance(outcome, Completed):
            error = {"code": outcome.code, "message": outcome.message}
            return self._send({**message, "status": "error", "error": error})
        # The result is JSON already; parsing it only to write it again would be for nothing.
        text = f'{to_json({**message, "status": "completed"})[:-1]},"result":{outcome.json}}}'
        if not self._transport.limit.admits(len(text.encode())):
            return None
        return self._socket is not None and self._socket.send(text)

    def say_progress(self, request_id: str, said: Said) -> bool:
        """Says how far the agent is with the request."""
        return self._send({"type": "progress", "request_id": request_id, **said})

    async def report_over_http(self, request_id: str, outcome: Completed) -> Reply | None:
        """Reports a result that fits no message; None where it was taken."""
        try:
            await self._transport.rest.call(
                "POST",
                f"/v1/requests/{request_id}/result",
                text=f'{{"status":"completed","result":{outcome.json}}}',
                headers=dict(outcome.trace),
            )
        except InvalidResultError as error:
            # It has ended the request.
            return Reply("finished", error.message, _first_path(error))
        except (RequestFinishedError, RequestNotFoundError) as error:
            return Reply("finished", error.message)
        except (ConnectionFailedError, RateLimitedError) as error:
            return Reply("not-now", error.message)
        except ClawciergeError as error:
            is_ours = error.status is not None and 400 <= error.status < 500
            is_about_key = isinstance(error, UnauthenticatedError | ForbiddenError)
            if is_ours and not is_about_key:
                return Reply("refused", error.message, _first_path(error))
            return Reply("not-now", error.message)
        return None

    async def close(self) -> None:
        """Ends the channel as agents do, if it has come to be one."""
        if self._socket is not None:
            await self._socket.close()

    async def _serve(self, socket: PlatformSocket, open_within: float) -> Closure:
        loop = asyncio.get_running_loop()
        self._last_heard = loop.time()

        def heard() -> None:
            self._last_heard = loop.time()

        keeping_alive = asyncio.create_task(self._keep_alive(socket))
        overdue = loop.call_later(open_within, self._give_up_unopened, socket)
        try:
            # A channel too many is upgraded, too, and closed at once: what answers is open.
            socket.ping()
            closed = await socket.serve(message=self._receive, pong=self._open, heard=heard)
        finally:
            keeping_alive.cancel()
            overdue.cancel()
        self._transport.limit.learn(closed)
        return closed

    def _give_up_unopened(self, socket: PlatformSocket) -> None:
        if self.opened_at is None:
            socket.abandon("the channel did not open in time")

    async def _keep_alive(self, socket: PlatformSocket) -> None:
        """Own pings, so that a dead connection is noticed whatever rhythm the platform's have."""
        loop = asyncio.get_running_loop()
        silence = self._transport.silence
        next_ping = loop.time() + self._transport.keep_alive
        while True:
            silent_at = self._last_heard + silence
            await asyncio.sleep(max(0.0, min(next_ping, silent_at) - loop.time()))
            if loop.time() >= self._last_heard + silence:
                socket.abandon("nothing was heard from the platform")
                return
            if loop.time() >= next_ping:
                socket.ping()
                next_ping = loop.time() + self._transport.keep_alive

    def _open(self) -> None:
        if self.opened_at is None:
            self.opened_at = asyncio.get_running_loop().time()
            self._listener.opened(self)

    def _receive(self, text: str) -> None:
        message = platform_message_of(text)
        self._open()
        match message:
            case Received(delivery):
                self._listener.received(self, delivery)
            case Cancelled(request_id, reason):
                self._listener.cancelled(request_id, reason)
            case Ping():
                if self._socket is not None:
                    self._socket.send(_HEARTBEAT)
            case Refused(request_id, reply):
                if request_id is not None:
                    self._listener.answered(request_id, reply)

    def _send(self, message: dict[str, Any]) -> bool:
        return self._socket is not None and self._socket.send(to_json(message))


def _first_path(error: ClawciergeError) -> str | None:
    issues = issues_in(error.problem, "errors")
    return issues[0].path if issues else None


def _closure_of_error(error: Exception) -> Closure:
    """How connecting failed, as the end of a connection that never was."""
    if isinstance(error, RefusedError):
        return error.closure
    if isinstance(error, UnauthenticatedError | ForbiddenError | PlatformError):
        return CallRefused(error.code, error.message)
    if isinstance(error, TimeoutError):
        return Closed(1006, "the channel did not open in time")
    return Closed(1006, str(error) or type(error).__name__)
