"""Calls to the platform over REST, and what comes of them."""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from ._backoff import Backoff, Random
from ._endpoints import Endpoints
from ._generated.errors import ERROR_CLASSES, RateLimitedError
from ._http import HttpClient
from ._error import ClawciergeError
from .errors import ConnectionFailedError, OverloadedError, PlatformError

#: How long one call may take, and how often one that does no harm twice is tried.
TIMEOUT_SECONDS = 30.0
MAX_TRIES = 5
RETRY_BASE_SECONDS = 0.25
RETRY_CAP_SECONDS = 10.0
#: The longest that a call waits because the platform asked it to; beyond, its caller hears of it.
_LONGEST_WAIT = 30.0
#: Answers of proxies in front of a platform that is away.
_AWAY = (502, 503, 504)
#: What the platform says where the same call may work a little later.
_NOT_NOW: dict[str, type[ConnectionFailedError]] = {
    "overloaded": OverloadedError,
    "unavailable": ConnectionFailedError,
}


class Rest:
    """One platform, asked with one key."""

    def __init__(
        self,
        endpoints: Endpoints,
        api_key: str | None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        max_tries: int = MAX_TRIES,
        ssl_context: ssl.SSLContext | None = None,
        draw: Random = random.random,
    ) -> None:
        self._http = HttpClient(endpoints, ssl_context)
        self._headers = {"Accept": "application/json"}
        if api_key is not None:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._timeout = timeout
        self._max_tries = max_tries
        self._draw = draw

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool | None = None,
        extra_time: float = 0.0,
        text: str | None = None,
    ) -> Any:
        """Asks, and answers the JSON that was answered. Refusals are raised as errors.

        What is repeatable, unless told otherwise everything but POST, is tried again where the
        platform cannot be reached, cannot answer now, or asks for patience. ``text`` is a body
        that is JSON already.
        """
        if is_repeatable is None:
            is_repeatable = method != "POST"
        content = text if text is not None else None if body is None else json.dumps(body)
        backoff = self.backoff()
        tries = 1
        while True:
            try:
                return await self._call_once(
                    method, path, content, headers or {}, is_repeatable, extra_time
                )
            except (ConnectionFailedError, RateLimitedError) as error:
                wait = max(backoff.next(), error.retry_after or 0.0)
                if not is_repeatable or tries >= self._max_tries or wait > _LONGEST_WAIT:
                    raise
                tries += 1
                await asyncio.sleep(wait)

    async def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Reads what REST does not tell; answers the data."""
        body = {"query": query, "variables": variables or {}}
        answer = await self.call("POST", "/graphql", body, is_repeatable=True)
        errors = answer.get("errors") if isinstance(answer, dict) else None
        if errors:
            raise _graphql_error(errors[0])
        return answer["data"]

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str]
    ) -> AsyncIterator[AsyncIterator[bytes] | None]:
        """What is answered, as it comes; None where there is nothing more to come."""
        asked = {**self._headers, "Accept": "text/event-stream", **headers}
        async with self._http.stream(path, headers=asked, timeout=self._timeout) as (head, parts):
            if head.status == 204:
                yield None
                return
            if head.status != 200:
                body = bytearray()
                async for part in parts:
                    body += part
                    if len(body) > 1024 * 1024:
                        break
                raise error_of(head.status, head.headers, bytes(body))
            yield parts

    def backoff(self) -> Backoff:
        """The pauses between tries."""
        return Backoff(base=RETRY_BASE_SECONDS, cap=RETRY_CAP_SECONDS, random=self._draw)

    def close(self) -> None:
        """Ends what is kept open."""
        self._http.close()

    async def _call_once(
        self,
        method: str,
        path: str,
        content: str | None,
        headers: Mapping[str, str],
        is_repeatable: bool,
        extra_time: float,
    ) -> Any:
        body = None if content is None else content.encode()
        type_of_body = {} if body is None else {"Content-Type": "application/json"}
        answer = await self._http.call(
            method,
            path,
            headers={**self._headers, **type_of_body, **headers},
            body=body,
            timeout=self._timeout + extra_time,
            is_repeatable=is_repeatable,
        )
        if not 200 <= answer.status < 300:
            raise error_of(answer.status, answer.headers, answer.body)
        if not answer.body:
            return None
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise ConnectionFailedError(
                "The platform answered with what is no JSON.", status=answer.status
            ) from error


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> ClawciergeError:
    """The error that an answer is."""
    problem = problem_in(headers, body)
    retry_after = retry_after_in(headers)
    if problem is None:
        if status in _AWAY:
            message = f"The platform cannot be reached behind its proxy ({status})."
            return ConnectionFailedError(message, status=status, retry_after=retry_after)
        where = headers.get("location")
        told = f" and leads to {where}; redirects are not followed" if where else ""
        message = f"The platform answered with {status}{told}."
        return PlatformError(f"http_{status}", message, status=status, retry_after=retry_after)
    code = str(problem.get("type", "")).rpartition("#problem-")[2].replace("-", "_")
    message = str(problem.get("detail") or problem.get("title") or f"Refused with {status}.")
    not_now = _NOT_NOW.get(code)
    if not_now is not None:
        return not_now(message, status=status, retry_after=retry_after, problem=problem)
    error_class = ERROR_CLASSES.get(code)
    if error_class is None:
        return PlatformError(
            code or f"http_{status}",
            message,
            status=status,
            retry_after=retry_after,
            problem=problem,
        )
    return error_class(message, status=status, retry_after=retry_after, problem=problem)


def problem_in(headers: Mapping[str, str], body: bytes) -> Mapping[str, Any] | None:
    """The problem document (RFC 9457), if it is one."""
    if not headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return problem if isinstance(problem, dict) else None


def retry_after_in(headers: Mapping[str, str]) -> float | None:
    """The seconds of Retry-After."""
    value = headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


def _graphql_error(error: Mapping[str, Any]) -> ClawciergeError:
    extensions = error.get("extensions") or {}
    code = str(extensions.get("code", "UNKNOWN")).lower()
    message = str(error.get("message", "The platform refused a query."))
    retry_after = extensions.get("retryAfterSeconds")
    not_now = _NOT_NOW.get(code)
    if not_now is not None:
        return not_now(message, retry_after=retry_after)
    if code == "graphql_validation_failed":
        message = f"{message} The platform is older than this package: upgrade it first."
    error_class = ERROR_CLASSES.get(code)
    if error_class is not None:
        return error_class(message, retry_after=retry_after)
    return PlatformError(code, message, retry_after=retry_after)
