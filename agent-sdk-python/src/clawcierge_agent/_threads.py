"""Handlers that may block."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .actions import Handler
from .request import ReceivedRequest


def is_coroutine_handler(handler: Handler) -> bool:
    """Whether it runs on the event loop; everything else may block, and so gets a thread."""
    if inspect.iscoroutinefunction(handler):
        return True
    return inspect.iscoroutinefunction(getattr(handler, "__call__", None))  # noqa: B004


async def in_thread(handler: Handler, request: ReceivedRequest) -> Any:
    """Calls it in a thread of its own, which no end of the program waits for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def tell(set_it: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            set_it(value)

    def work() -> None:
        try:
            result = context.run(handler, request)
        except BaseException as error:
            # No future takes a StopIteration; SystemExit in a thread ends nothing but the thread.
            told = error if _is_plain(error) else RuntimeError(f"the handler raised {error!r}")
            told.__cause__ = None if told is error else error
            with suppress(RuntimeError):  # The event loop is closed.
                loop.call_soon_threadsafe(tell, done.set_exception, told)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, done.set_result, result)

    threading.Thread(target=work, name=f"request {request.id}", daemon=True).start()
    return await done


def _is_plain(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(error, StopIteration)
