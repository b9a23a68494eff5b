"""HTTP/1.1 over asyncio streams: what the calls to one platform need, and no more.

Redirects are not followed and no proxy is used, so a key goes to nobody but the platform.
Everything that is read is bounded.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ._endpoints import Endpoints
from .errors import ConnectionFailedError

_HEAD_MAX_BYTES = 64 * 1024
_BODY_MAX_BYTES = 16 * 1024 * 1024
_CONNECT_SECONDS = 10.0
#: Connections that are kept for the next call, and for how long: shorter than servers keep them.
_IDLE_MAX = 4
_IDLE_SECONDS = 3.0

_WENT_WRONG = (OSError, EOFError, ValueError, asyncio.LimitOverrunError, http.client.HTTPException)

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What was answered; names of headers are in lower case."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Head:
    """The beginning of an answer."""

    status: int
    headers: Headers


def context_for(
    endpoints: Endpoints, given: ssl.SSLContext | None = None
) -> ssl.SSLContext | None:
    """How the platform's certificate is checked: by the system's, unless told otherwise."""
    if not endpoints.secure:
        return None
    return given or ssl.create_default_context()


async def dial(
    endpoints: Endpoints, ssl_context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connects to the platform, by TLS with the context that `context_for` answers."""
    async with asyncio.timeout(_CONNECT_SECONDS):
        return await asyncio.open_connection(
            endpoints.host, endpoints.port, ssl=ssl_context, limit=_HEAD_MAX_BYTES
        )


def head_of_request(method: str, path: str, headers: Headers) -> bytes:
    """A request without its body."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header must not have line breaks")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    except UnicodeEncodeError:
        # Without what it is, which may be a key.
        raise ValueError("a header, such as an idempotency key, must be Latin-1") from None


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Reads an answer up to its body. What is only on the way to it (100, 103) is passed over."""
    while True:
        text = await reader.readuntil(b"\r\n\r\n")
        status_line, _, fields = text.partition(b"\r\n")
        version, _, rest = status_line.partition(b" ")
        if not version.startswith(b"HTTP/1.") or not rest[:3].isdigit():
            raise ValueError("what came is no HTTP")
        parsed = http.client.parse_headers(io.BytesIO(fields))
        headers = {name.lower(): str(value) for name, value in parsed.items()}
        status = int(rest[:3])
        if status == 101 or status >= 200:
            return Head(status, headers)


async def read_body(reader: asyncio.StreamReader, head: Head) -> bytes:
    """Reads the whole body of an answer."""
    body = bytearray()
    async for part in _parts(reader, head):
        body += part
        if len(body) > _BODY_MAX_BYTES:
            raise ValueError(f"the answer is larger than {_BODY_MAX_BYTES} bytes")
    return bytes(body)


async def _parts(reader: asyncio.StreamReader, head: Head) -> AsyncIterator[bytes]:
    if head.status in (204, 304):
        return
    if head.headers.get("transfer-encoding", "").lower() == "chunked":
        while size := int((await reader.readuntil(b"\n")).split(b";")[0], 16):
            async for part in _exactly(reader, size):
                yield part
            await reader.readexactly(2)
        while (await reader.readuntil(b"\n")).strip():
            pass
    elif "content-length" in head.headers:
        async for part in _exactly(reader, int(head.headers["content-length"])):
            yield part
    else:
        while part := await reader.read(65_536):
            yield part


async def _exactly(reader: asyncio.StreamReader, size: int) -> AsyncIterator[bytes]:
    while size > 0:
        part = await reader.read(min(size, 65_536))
        if not part:
            raise EOFError
        size -= len(part)
        yield part


class HttpClient:
    """Calls one platform. Every failure to get an answer is a ConnectionFailedError."""

    def __init__(self, endpoints: Endpoints, ssl_context: ssl.SSLContext | None = None) -> None:
        self._endpoints = endpoints
        self._ssl_context = context_for(endpoints, ssl_context)
        self._idle: list[_Connection] = []
        self._is_closed = False

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Headers,
        body: bytes | None = None,
        timeout: float,
        is_repeatable: bool,
    ) -> Answer:
        """Asks, and reads the whole answer.

        What does no harm when it is done twice may go over a connection that was used before; if
        that had ended meanwhile, it is asked once more over a new one.
        """
        request = self._request(method, path, headers, body)
        try:
            async with asyncio.timeout(timeout):
                known = self._take_idle() if is_repeatable else None
                if known is not None:
                    try:
                        return await self._exchange(known, request)
                    except _WENT_WRONG:
                        pass
                connection = _Connection(*await dial(self._endpoints, self._ssl_context))
                return await self._exchange(connection, request)
        except _WENT_WRONG as error:
            raise _unreachable(error) from error

    @asynccontextmanager
    async def stream(
        self, path: str, *, headers: Headers, timeout: float
    ) -> AsyncIterator[tuple[Head, AsyncIterator[bytes]]]:
        """Asks for what goes on; ``timeout`` is for the beginning of the answer."""
        request = self._request("GET", path, headers, None)
        connection: _Connection | None = None
        try:
            try:
                async with asyncio.timeout(timeout):
                    connection = _Connection(*await dial(self._endpoints, self._ssl_context))
                    connection.send(request)
                    head = await read_head(connection.reader)
            except _WENT_WRONG as error:
                raise _unreachable(error) from error
            yield head, _parts_or_failure(connection.reader, head)
        finally:
            if connection is not None:
                connection.abort()

    def close(self) -> None:
        """Ends what is kept open."""
        self._is_closed = True
        for connection in self._idle:
            if not connection.loop.is_closed():
                connection.abort()
        self._idle.clear()

    async def _exchange(self, connection: _Connection, request: bytes) -> Answer:
        is_reusable = False
        try:
            connection.send(request)
            await connection.writer.drain()
            head = await read_head(connection.reader)
            answer = Answer(head.status, head.headers, await read_body(connection.reader, head))
            is_framed = "content-length" in head.headers or "transfer-encoding" in head.headers
            is_kept = head.headers.get("connection", "").lower() != "close"
            is_reusable = is_kept and (is_framed or head.status == 204)
            return answer
        finally:
            if is_reusable and len(self._idle) < _IDLE_MAX and not self._is_closed:
                connection.idle_since = asyncio.get_running_loop().time()
                self._idle.append(connection)
            else:
                connection.abort()

    def _take_idle(self) -> _Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if connection.loop is not asyncio.get_running_loop():
                continue
            if now - connection.idle_since < _IDLE_SECONDS and not connection.reader.at_eof():
                return connection
            connection.abort()
        return None

    def _request(self, method: str, path: str, headers: Headers, body: bytes | None) -> bytes:
        length = {} if body is None else {"Content-Length": str(len(body))}
        head = {"Host": self._endpoints.authority, **headers, **length}
        return head_of_request(method, self._endpoints.path(path), head) + (body or b"")


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        #: One that is of an event loop that is over can only be forgotten.
        self.loop = asyncio.get_running_loop()
        self.idle_since = 0.0

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def abort(self) -> None:
        self.writer.transport.abort()


async def _parts_or_failure(reader: asyncio.StreamReader, head: Head) -> AsyncIterator[bytes]:
    try:
        async for part in _parts(reader, head):
            yield part
    except _WENT_WRONG as error:
        raise _unreachable(error) from error


def _unreachable(error: BaseException) -> ConnectionFailedError:
    if isinstance(error, TimeoutError):
        reason = "no answer in time"
    elif isinstance(error, EOFError):
        reason = "the connection ended before the answer did"
    else:
        reason = str(error)
    return ConnectionFailedError(
        f"The platform could not be reached: {reason or type(error).__name__}"
    )
