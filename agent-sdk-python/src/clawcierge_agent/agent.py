"""An agent's side of its channel."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

from ._backoff import Random
from ._channel import RawTransport
from ._closure import Verdict
from ._connection import ConnectionLoop
from ._endpoints import checked_key, endpoints_of
from ._finished import FinishedRequests
from ._http import context_for
from ._listener import AgentListener
from ._outcome import MAX_RESULT_BYTES
from ._reporter import OutcomeReporter
from ._rest import Rest
from ._runner import DescribeError, RequestRunner
from ._settings import check_whole
from ._signals import serve_until_signal
from ._tasks import first_of
from .actions import ANY_ACTION, ActionRegistry, Capability, Handler, Hints, ResultFormat
from .errors import AgentStoppedError, ConnectionFailedError, RateLimitedError
from .publishing import Policies, Publisher

_log = logging.getLogger("clawcierge_agent")

#: Characters of all remembered results together.
_MEMORY_MAX_CHARACTERS = 32 * 1024 * 1024
#: How long running handlers may go on when the agent stops.
DRAIN_SECONDS = 10.0
#: How long those that were given up may take to notice and to put things in order.
_LAST_SECONDS = 1.0

AnyHandler = TypeVar("AnyHandler", bound=Handler)


class Agent:
    """Connects and stays connected, acks what comes, runs handlers and reports their outcomes.

    ::

        agent = Agent("http://localhost:8000", api_key)

        @agent.action("calendar.schedule")
        async def schedule(request: ReceivedRequest) -> object:
            return await book(request.params)

        agent.run()

    ``url`` is the platform, or the agent's raw WebSocket
    (``ws://localhost:8000/v1/agents/<id>/ws``); ``api_key`` the agent's key, ``clw_agent_…``.
    All times are in seconds.

    - ``concurrency``: how many handlers run at a time.
    - ``queue_limit``: how many acked requests may wait for a handler; those beyond are left to the
      platform, unacked. No sender gets more than half while others wait.
    - ``remember_finished``: how many finished requests are remembered, with their outcome, for
      redeliveries.
    - ``backoff_base``, ``backoff_cap``: bounds of the first, and of the longest, delay before
      connecting again.
    - ``keep_alive``: how often the platform is pinged; ``silence``: nothing heard for so long, and
      the connection counts as lost.
    - ``max_message_bytes``: the platform's WS_MAX_MESSAGE_SIZE; a result that fits no message goes
      by HTTP. ``max_result_bytes``: its RESULT_MAX_BYTES; a larger result fails its request.
    - ``policies``: what `publish` publishes besides the contract; None leaves them as they are.
    - ``describe_error``: what an exception says to the request's sender: a Failure, or None for
      nothing, which is the default for all but a Failure itself.
    - ``on_connected``, ``on_disconnected``, ``on_stopped``: called when the channel opens, is lost
      (with why, and when the next is dialled), is refused for good.
    - ``ssl_context``: for ``https:`` and ``wss:``; the system's certificates unless given.
    - ``draw``: for tests, in place of random numbers.

    An agent is started once. What it says goes to the logger ``clawcierge_agent``; the key is in
    no line.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        concurrency: int = 8,
        queue_limit: int = 1_000,
        remember_finished: int = 1_000,
        backoff_base: float = 0.25,
        backoff_cap: float = 30.0,
        keep_alive: float = 15.0,
        silence: float = 45.0,
        max_message_bytes: int = 65_536,
        max_result_bytes: int = MAX_RESULT_BYTES,
        policies: Policies | None = None,
        describe_error: DescribeError | None = None,
        on_connected: Callable[[], object] | None = None,
        on_disconnected: Callable[[Verdict, float], object] | None = None,
        on_stopped: Callable[[AgentStoppedError], object] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        draw: Random = random.random,
    ) -> None:
        check_whole("concurrency", concurrency, 1)
        check_whole("queue_limit", queue_limit, 0)
        check_whole("remember_finished", remember_finished, 1)
        check_whole("max_message_bytes", max_message_bytes, 1_024)
        check_whole("max_result_bytes", max_result_bytes, 1_024)
        if not 0 < backoff_base <= backoff_cap:
            raise ValueError("backoff_base must be more than 0 and at most backoff_cap")
        if not 0 < keep_alive < silence:
            raise ValueError("silence must be longer than keep_alive, which must be more than 0")
        endpoints = endpoints_of(url)
        self._policies = policies
        self._on_connected = on_connected
        self._on_stopped = on_stopped
        self._actions = ActionRegistry()
        ssl_context = context_for(endpoints, ssl_context)
        self._rest = Rest(endpoints, checked_key(api_key), ssl_context=ssl_context, draw=draw)
        memory = FinishedRequests(
            max_entries=remember_finished, max_characters=_MEMORY_MAX_CHARACTERS
        )
        self._reporter = OutcomeReporter(memory, draw=draw, log=_log)
        self._runner = RequestRunner(
            actions=self._actions,
            reporter=self._reporter,
            concurrency=concurrency,
            queue_limit=queue_limit,
            max_result_bytes=max_result_bytes,
            describe_error=describe_error,
            log=_log,
        )
        transport = RawTransport(
            endpoints,
            api_key,
            keep_alive=keep_alive,
            silence=silence,
            max_message_bytes=max_message_bytes,
            ssl_context=ssl_context,
            rest=self._rest,
        )
        self._opened = asyncio.Event()
        listener = AgentListener(
            self._runner,
            self._reporter,
            self._has_opened,
            lambda verdict, retry_in: self._call(on_disconnected, verdict, retry_in),
        )
        self._loop = ConnectionLoop(
            transport, listener, backoff_base=backoff_base, backoff_cap=backoff_cap, draw=draw
        )
        self._is_told_to_stop = asyncio.Event()
        self._is_in_a_hurry = asyncio.Event()
        self._connecting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None

    def action(
        self,
        name: str,
        *,
        title: str | None = None,
        description: str | None = None,
        params_schema: Mapping[str, Any] | None = None,
        constraints: Mapping[str, float] | None = None,
        result_format: ResultFormat = "json",
        result_schema: Mapping[str, Any] | None = None,
        hints: Hints = Hints(),
        text_param: str | None = None,
    ) -> Callable[[AnyHandler], AnyHandler]:
        """Has the action's requests handled by what it decorates.

        A coroutine function runs on the event loop, any other function in a thread. What is said
        besides the name is what `publish` publishes, see `Capability`; the platform checks params
        and results by what is published. ``description`` is the first paragraph of the docstring
        unless given.
        """

        def add(handler: AnyHandler) -> AnyHandler:
            capability = Capability(
                action=name,
                title=title,
                description=_summary_of(handler) if description is None else description,
                params_schema=params_schema,
                constraints=constraints,
                result_format=result_format,
                result_schema=result_schema,
                hints=hints,
                text_param=text_param,
            )
            self._actions.add(name, handler, capability)
            return handler

        return add

    def any_action(self, handler: AnyHandler) -> AnyHandler:
        """Has every request handled whose action has no handler of its own; for a decorator."""
        self._actions.add(ANY_ACTION, handler, None)
        return handler

    @property
    def capabilities(self) -> Sequence[Capability]:
        """The contract that the decorators have said."""
        return self._actions.capabilities

    async def publish(self, *, force: bool = False) -> None:
        """Has the contract of the decorators, and ``policies`` if given, in force.

        A new version is published only where it differs from the active one, so that an agent may
        do so at every start; ``force`` publishes all the same. Raises ForbiddenError where the key
        may not.
        """
        publisher = Publisher(self._rest, None, force=force)
        await publisher.capabilities(self.capabilities)
        if self._policies is not None:
            await publisher.policies(self._policies)

    def run(self, *, publish: bool = False, drain: float = DRAIN_SECONDS) -> None:
        """Runs the agent until the program is told to end; blocks.

        SIGTERM and SIGINT have it drain, for at most ``drain`` seconds; a second one ends that.
        Raises AgentStoppedError when the platform turns the agent away. With ``publish`` the
        contract is published first.
        """
        asyncio.run(serve_until_signal(self, publish=publish, drain=drain))

    async def serve(self, *, publish: bool = False) -> None:
        """As `run`, without signals; for programs with an event loop of their own.

        Publishing goes on until the platform can be reached.
        """
        if publish:
            publishing = asyncio.create_task(self._publish_at_last())
            await first_of(publishing, self._is_told_to_stop.wait())
            if not publishing.done():
                publishing.cancel()
            else:
                publishing.result()
        if self._stopping is None:
            self._begin()
        try:
            await self.wait_closed()
        except asyncio.CancelledError:
            await self.stop(drain=0)
            raise

    async def start(self) -> None:
        """Connects, and keeps connected until `stop`.

        Returns when the channel is open for the first time, however many tries that takes; raises
        AgentStoppedError when the platform turns the agent away.
        """
        connecting = self._begin()
        await first_of(connecting, self._opened.wait())
        if not self._opened.is_set():
            await asyncio.shield(connecting)
            raise RuntimeError("The agent was stopped before its channel was open.")

    async def wait_closed(self) -> None:
        """Returns when the agent has stopped as asked; raises when it was turned away."""
        if self._connecting is not None:
            await asyncio.shield(self._connecting)
        if self._stopping is not None:
            await asyncio.shield(self._stopping)

    async def stop(self, *, drain: float = DRAIN_SECONDS) -> None:
        """Takes no new requests, lets the running ones finish and reports them, then closes.

        What is not done after ``drain`` seconds is given up and left to the platform, which
        delivers it again; with 0 a second call gives it up at once. Returns when all is over.
        """
        self._is_told_to_stop.set()
        if drain <= 0:
            self._is_in_a_hurry.set()
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._drain_and_close(drain))
        await asyncio.shield(self._stopping)

    async def __aenter__(self) -> Agent:
        try:
            await self.start()
        except BaseException:
            await self.stop(drain=0)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    def _begin(self) -> asyncio.Task[None]:
        if self._connecting is None:
            if self._stopping is not None:
                raise RuntimeError("The agent was stopped; make another one.")
            self._connecting = asyncio.create_task(self._keep_connected())
            # Whoever awaits nothing has on_stopped and the log; neither may end the program.
            self._connecting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._connecting

    async def _publish_at_last(self) -> None:
        backoff = self._rest.backoff()
        while True:
            try:
                return await self.publish()
            except (ConnectionFailedError, RateLimitedError) as error:
                wait = max(backoff.next(), error.retry_after or 0.0)
                _log.warning("not published; trying again in %.1f s: %s", wait, error)
                await asyncio.sleep(wait)

    async def _keep_connected(self) -> None:
        try:
            await self._loop.run()
        except BaseException as error:
            self._runner.drain()
            self._runner.abandon()
            if isinstance(error, AgentStoppedError):
                _log.error("%s", error)
                self._call(self._on_stopped, error)
            raise
        finally:
            self._reporter.detach()

    async def _drain_and_close(self, drain: float) -> None:
        self._runner.drain()
        if self._connecting is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(drain):
                    await first_of(
                        self._connecting, self._when_idle(), self._is_in_a_hurry.wait()
                    )
        self._runner.abandon()
        self._loop.stop()
        if self._connecting is not None:
            await asyncio.wait({self._connecting})
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._runner.when_idle()
        self._rest.close()

    async def _when_idle(self) -> None:
        await self._runner.when_idle()
        await self._reporter.when_idle()

    def _has_opened(self) -> None:
        self._opened.set()
        self._call(self._on_connected)

    def _call(self, hook: Callable[..., object] | None, *args: object) -> None:
        """An error in a hook is its author's, and no reason to lose the channel."""
        if hook is None:
            return
        try:
            hook(*args)
        except Exception:
            _log.exception("%s failed", getattr(hook, "__name__", "a hook"))


def _summary_of(handler: object) -> str | None:
    text = getattr(handler, "__doc__", None)
    if not isinstance(text, str):
        return None
    first, _, _ = text.strip().partition("\n\n")
    return " ".join(first.split()) or None
