"""Several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def first_of(going_on: asyncio.Task[Any], *others: Coroutine[Any, Any, Any]) -> None:
    """Returns when one of them is over, whichever way.

    What was going on before goes on; the others are called off.
    """
    tasks = [asyncio.create_task(other) for other in others]
    try:
        await asyncio.wait({going_on, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
