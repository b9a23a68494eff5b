"""The WebSocket itself.

The frames are those of the package websockets, from 10.4 on: of all of it only the protocol
without input and output is used, which has kept its shape. The upgrade is made here: an agent
has to know the status of a refusal, and its key must not follow a redirect.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import importlib
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from websockets.frames import Opcode

from ._closure import Closed, Closure, UpgradeRefused
from ._endpoints import Endpoints
from ._http import Head, dial, head_of_request, read_body, read_head
from ._rest import problem_in, retry_after_in


def _protocol_of_websockets() -> Any:
    """The module of the protocol, and what the protocol is called in it."""
    try:
        module = importlib.import_module("websockets.protocol")
        return module, module.Protocol
    except ImportError:  # Before websockets 11.
        module = importlib.import_module("websockets.connection")
        return module, module.Connection


_websockets, _Protocol = _protocol_of_websockets()
_OPEN = _websockets.State.OPEN

#: The largest message that is taken from the platform: params of a request, with room.
_MAX_INCOMING_BYTES = 1024 * 1024
#: How long the upgrade may take.
_HANDSHAKE_SECONDS = 15.0
#: How long the other side may take to answer a close.
_CLOSE_SECONDS = 1.0
_ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class RefusedError(Exception):
    """There is no socket; ``closure`` says why."""

    def __init__(self, closure: Closure) -> None:
        super().__init__(str(closure))
        self.closure = closure


class PlatformSocket:
    """An open WebSocket to the platform. Frames are sent in the order of the calls."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._protocol: Any = _Protocol(
            _websockets.Side.CLIENT, state=_OPEN, max_size=_MAX_INCOMING_BYTES
        )
        self._message = bytearray()
        self._abandoned: str | None = None
        self._ended = asyncio.Event()

    @classmethod
    async def open(
        cls,
        endpoints: Endpoints,
        path: str,
        *,
        api_key: str,
        ssl_context: ssl.SSLContext | None,
    ) -> PlatformSocket:
        """Upgrades; raises RefusedError, OSError, EOFError or ValueError where that fails."""
        async with asyncio.timeout(_HANDSHAKE_SECONDS):
            reader, writer = await dial(endpoints, ssl_context)
            try:
                await _upgrade(reader, writer, endpoints.authority, path, api_key)
            except BaseException:
                writer.transport.abort()
                raise
        return cls(reader, writer)

    async def serve(
        self,
        *,
        message: Callable[[str], None],
        pong: Callable[[], None],
        heard: Callable[[], None],
    ) -> Closed:
        """Reads until the socket has ended, and says how it did."""
        try:
            while data := await self._reader.read(65_536):
                heard()
                self._protocol.receive_data(data)
                self._flush()
                for frame in self._protocol.events_received():
                    self._take(frame, message, pong)
                if self._protocol.state is not _OPEN:
                    break
            return self._closed()
        except OSError as error:
            return Closed(1006, self._abandoned or str(error))
        finally:
            self._ended.set()
            # What is written and not sent yet, the answer to a close among it, still goes out.
            self._writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._writer.wait_closed()
            self._writer.transport.abort()

    def send(self, text: str) -> bool:
        """Sends a message; False where the socket has ended."""
        if self._protocol.state is not _OPEN or self._writer.is_closing():
            return False
        self._protocol.send_text(text.encode())
        self._flush()
        return True

    def ping(self) -> None:
        """Asks for a sign of life."""
        if self._protocol.state is _OPEN:
            self._protocol.send_ping(secrets.token_bytes(4))
            self._flush()

    async def close(self) -> None:
        """Ends the socket as agents do, with 1000; after a second it is cut."""
        if self._protocol.state is _OPEN:
            self._protocol.send_close(1000)
            self._flush()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self.abandon("the platform did not answer the close")

    def abandon(self, reason: str) -> None:
        """Cuts the connection."""
        self._abandoned = self._abandoned or reason
        self._writer.transport.abort()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            # Empty stands for the end of what is sent, which closing says as well.
            if data and not self._writer.is_closing():
                self._writer.write(data)

    def _take(self, frame: Any, message: Callable[[str], None], pong: Callable[[], None]) -> None:
        if frame.opcode is Opcode.PONG:
            pong()
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._message += frame.data
            if frame.fin:
                text = bytes(self._message)
                self._message.clear()
                message(text.decode("utf-8", "replace"))

    def _closed(self) -> Closed:
        received = self._protocol.close_rcvd
        if received is not None and not self._abandoned:
            return Closed(int(received.code), received.reason)
        sent = self._protocol.close_sent
        reason = f"closed by this side: {sent.code} {sent.reason}".strip() if sent else ""
        return Closed(1006, self._abandoned or reason)


async def _upgrade(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    authority: str,
    path: str,
    api_key: str,
) -> None:
    key = base64.b64encode(secrets.token_bytes(16)).decode("ascii")
    headers = {
        "Host": authority,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Authorization": f"Bearer {api_key}",
    }
    writer.write(head_of_request("GET", path, headers))
    head = await read_head(reader)
    if head.status != 101:
        raise RefusedError(await _refusal(reader, head))
    digest = hashlib.sha1(f"{key}{_ACCEPT_GUID}".encode(), usedforsecurity=False).digest()
    expected = base64.b64encode(digest).decode("ascii")
    if not hmac.compare_digest(head.headers.get("sec-websocket-accept", ""), expected):
        raise ValueError("what answered the upgrade is no WebSocket")
    if "sec-websocket-extensions" in head.headers:
        raise ValueError("the upgrade was answered with an extension that was not asked for")


async def _refusal(reader: asyncio.StreamReader, head: Head) -> UpgradeRefused:
    try:
        problem = problem_in(head.headers, await read_body(reader, head))
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
        problem = None
    detail = (problem or {}).get("detail")
    return UpgradeRefused(
        head.status,
        detail if isinstance(detail, str) else "",
        retry_after_in(head.headers),
    )
