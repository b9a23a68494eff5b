"""The work that a platform may ask of whoever registers."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import WorkRequiredError

Answer = TypeVar("Answer")

#: A challenge may expire while it is solved; then there is another one.
PROOFS_MAX = 2


async def with_proof_of_work(
    max_bits: int, register: Callable[[str | None], Awaitable[Answer]]
) -> Answer:
    """Registers, and does the work that the platform asks for before, in a thread."""
    proof: str | None = None
    for proofs in range(PROOFS_MAX + 1):
        try:
            return await register(proof)
        except WorkRequiredError as error:
            if error.bits > max_bits or proofs == PROOFS_MAX:
                raise
            proof = await asyncio.to_thread(_proof_of, error.challenge, error.bits)
    raise AssertionError("the last try answers or raises")


def _proof_of(challenge: str, bits: int) -> str:
    begun = hashlib.sha256(f"{challenge}:".encode())
    most = 1 << (256 - bits)
    text = 0
    while True:
        tried = begun.copy()
        tried.update(b"%d" % text)
        if int.from_bytes(tried.digest(), "big") < most:
            return f"{challenge}:{text}"
        text += 1
