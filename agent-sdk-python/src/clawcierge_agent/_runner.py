"""Takes deliveries, runs their handlers, each request's once, and passes the outcomes on."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ._fair_queue import FairQueue
from ._outcome import (
    AGENT_ERROR,
    Completed,
    Failed,
    Outcome,
    Trace,
    failed,
    outcome_of_result,
)
from ._progress import ProgressReport, Said
from ._reporter import OutcomeReporter
from ._threads import in_thread, is_coroutine_handler
from ._wire import Delivery, Reply, trace_of
from .actions import ActionRegistry, Handler
from .errors import Failure
from .request import CancelReason, ReceivedRequest

#: What a raised exception says to the request's sender; None for nothing.
DescribeError = Callable[[Exception, ReceivedRequest], Failure | None]


class AckingChannel(Protocol):
    """What a runner needs of a channel."""

    def say_progress(self, request_id: str, said: Said) -> bool:
        """Says how far the agent is with the request."""

    def acknowledge(self, request_id: str, trace: Trace) -> bool:
        """Says that the agent has the request; False where the channel has ended."""


@dataclass(eq=False)
class _Held:
    """A request that waits for a handler or is handled."""

    request: ReceivedRequest
    #: Which it was delivered on last.
    channel: AckingChannel
    progress: ProgressReport
    #: Calls off the wait for its expiry.
    expiry: asyncio.TimerHandle | None = None
    task: asyncio.Task[None] | None = None
    #: A coroutine can be cancelled, a thread can only be asked.
    is_in_thread: bool = False
    #: It is over at the platform: whatever the handler says now, nobody would hear it.
    is_final: bool = False


class RequestRunner:
    """At most ``concurrency`` handlers run at a time; the others wait in turns of their senders.

    What is beyond ``queue_limit`` is left to the platform, unacked. A tenth of the places is for
    senders that have none waiting, and no sender has more than half while others wait.
    """

    def __init__(
        self,
        *,
        actions: ActionRegistry,
        reporter: OutcomeReporter,
        concurrency: int,
        queue_limit: int,
        max_result_bytes: int,
        describe_error: DescribeError | None,
        log: logging.Logger,
    ) -> None:
        self._actions = actions
        self._reporter = reporter
        self._concurrency = concurrency
        self._queue_limit = queue_limit
        self._max_result_bytes = max_result_bytes
        self._describe_error = describe_error
        self._log = log
        self._held: dict[str, _Held] = {}
        self._waiting: FairQueue[_Held] = FairQueue()
        self._running = 0
        self._is_draining = False
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def received(self, channel: AckingChannel, delivery: Delivery) -> None:
        """A request was delivered, for the first time or again."""
        request_id = delivery.request_id
        self._log.debug(
            "received %s: %s, attempt %d", request_id, delivery.action, delivery.attempt
        )
        if request_id in self._reporter:
            channel.acknowledge(request_id, delivery.trace)
            self._reporter.repeat(request_id)
        elif request_id in self._held:
            channel.acknowledge(request_id, delivery.trace)
            held = self._held[request_id]
            held.channel = channel
            held.progress.again()
        elif self._is_draining:
            self._log.debug("stopping, so %s is left to another channel", request_id)
        elif not self._has_place_for(delivery.sender_id):
            self._log.warning(
                "the queue, or its sender's share of it, is full: %s is left unacked", request_id
            )
        else:
            channel.acknowledge(request_id, delivery.trace)
            self._take(channel, delivery)

    def cancelled(self, request_id: str, reason: str) -> None:
        """The sender or the platform gave the request up."""
        self._give_up(request_id, "cancelled", reason or "The request was cancelled.")

    def answered(self, request_id: str, reply: Reply) -> None:
        """The platform did not take an ack."""
        if reply.kind == "finished":
            self._give_up(request_id, "cancelled", reply.message)

    def drain(self) -> None:
        """Takes nothing new from now on; those that wait are left to the platform's redelivery."""
        self._is_draining = True
        for request_id, held in list(self._held.items()):
            if held.task is None:
                self._release(request_id, held)

    async def when_idle(self) -> None:
        """Returns once no handler runs."""
        await self._is_idle.wait()

    def abandon(self) -> None:
        """Gives up what still runs.

        Nothing is reported of it, so that the platform delivers it to another channel.
        """
        for request_id in list(self._held):
            self._give_up(request_id, "stopping", "The agent stops.")

    def _has_place_for(self, sender_id: str) -> bool:
        if self._running < self._concurrency:
            return True
        waiting, own = len(self._waiting), self._waiting.count_of(sender_id)
        if own == 0:
            return waiting < self._queue_limit
        share = max(1, self._queue_limit // 2)
        is_alone = own == waiting
        return waiting < self._queue_limit - self._queue_limit // 10 and (is_alone or own < share)

    def _take(self, channel: AckingChannel, delivery: Delivery) -> None:
        request = ReceivedRequest(
            id=delivery.request_id,
            action=delivery.action,
            params=delivery.params,
            sender_id=delivery.sender_id,
            attempt=delivery.attempt,
            deadline=delivery.expires_at,
            context_id=delivery.context_id,
            traceparent=delivery.trace.get("traceparent"),
            tracestate=delivery.trace.get("tracestate"),
        )
        progress = ProgressReport(lambda said: held.channel.say_progress(request.id, said))
        request.report_progress = progress.say
        held = _Held(request, channel, progress)
        self._held[request.id] = held
        self._is_idle.clear()
        # The platform says request.cancel at expiry; the own timer covers for a connection that
        # is down then. What seems expired on arrival shows a clock that is ahead.
        if 0 < request.seconds_left < float("inf"):
            held.expiry = asyncio.get_running_loop().call_later(
                request.seconds_left, self._expire, request.id
            )
        if self._running < self._concurrency:
            self._begin(held)
        else:
            self._waiting.join(request.sender_id, request.id, held)

    def _expire(self, request_id: str) -> None:
        message = "The request's time is over."
        if request_id in self._held:
            self._reporter.keep(request_id, failed("request_expired", message))
        self._give_up(request_id, "expired", message)

    def _give_up(self, request_id: str, reason: CancelReason, message: str) -> None:
        held = self._held.get(request_id)
        if held is None or held.is_final:
            return
        held.is_final = True
        held.progress.end()
        self._log.debug("%s is given up: %s", request_id, message)
        held.request.cancelled.set(reason, message)
        if held.expiry is not None:
            held.expiry.cancel()
        if held.task is None:
            self._release(request_id, held)
        elif not held.is_in_thread:
            held.task.cancel()

    def _begin(self, held: _Held) -> None:
        self._running += 1
        held.task = asyncio.create_task(self._run(held), name=f"request {held.request.id}")

    async def _run(self, held: _Held) -> None:
        request = held.request
        try:
            outcome = await self._outcome_of(held)
            if held.is_final:
                return
            held.progress.end()
            self._log.debug("finished %s: %s", request.id, _text_of(outcome))
            self._reporter.finish(request.id, outcome)
        except asyncio.CancelledError:
            if not held.is_final:
                raise
        finally:
            self._running -= 1
            self._release(request.id, held)
            following = None if self._is_draining else self._waiting.next()
            if following is not None:
                self._begin(following)

    def _release(self, request_id: str, held: _Held) -> None:
        """It is over here: its slot, or its place among those that wait, is another's."""
        if held.expiry is not None:
            held.expiry.cancel()
        held.progress.end()
        self._waiting.leave(held.request.sender_id, request_id)
        if self._held.get(request_id) is held:
            del self._held[request_id]
        if not self._held:
            self._is_idle.set()

    async def _outcome_of(self, held: _Held) -> Outcome:
        request = held.request
        handler = self._actions.handler_of(request.action)
        if handler is None:
            text = f'The agent has no handler for the action "{request.action}".'
            return failed("no_handler", text)
        try:
            outcome = outcome_of_result(
                await self._call(handler, held),
                self._max_result_bytes,
                lambda error: self._log.error(
                    "the result of %s (%s) is not JSON", request.id, request.action, exc_info=error
                ),
            )
            if isinstance(outcome, Failed):
                self._log.error("the result of %s: %s", request.id, outcome.message)
        except asyncio.CancelledError:
            if held.is_final or _is_cancelling():
                raise
            # The handler's own: something that it waited for was cancelled.
            self._log.error("the handler of %s was cancelled by itself", request.id)
            outcome = failed(AGENT_ERROR.code, AGENT_ERROR.message)
        except Failure as failure:
            outcome = failed(failure.code, failure.message)
        except Exception as error:
            if not held.is_final:
                self._log.exception("the handler of %s (%s) failed", request.id, request.action)
            described = self._described(error, request)
            outcome = failed(described.code, described.message)
        trace = trace_of(request.traceparent, request.tracestate)
        if isinstance(outcome, Completed):
            return Completed(outcome.json, trace)
        return Failed(outcome.code, outcome.message, trace)

    async def _call(self, handler: Handler, held: _Held) -> object:
        if is_coroutine_handler(handler):
            return await handler(held.request)
        held.is_in_thread = True
        result = await in_thread(handler, held.request)
        if inspect.isawaitable(result):
            held.is_in_thread = False
            return await result
        return result

    def _described(self, error: Exception, request: ReceivedRequest) -> Failure:
        if self._describe_error is None:
            return AGENT_ERROR
        try:
            described = self._describe_error(error, request)
            if described is None:
                return AGENT_ERROR
            if not isinstance(described, Failure):
                raise TypeError("describe_error must answer a Failure, or None")
            return described
        except Exception:
            self._log.exception("describe_error itself failed for %s", request.id)
            return AGENT_ERROR


def _text_of(outcome: Outcome) -> str:
    return "completed" if isinstance(outcome, Completed) else f"failed with {outcome.code}"


def _is_cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
