"""Where a platform's front doors are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_CHANNEL_PATH = re.compile(r"(?P<prefix>.*)/v1/agents/(?P<agent_id>[^/]+)/ws")
_KEY = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Endpoints:
    """Of one platform."""

    #: Whether it is reached by TLS.
    secure: bool
    host: str
    port: int
    #: What is said as ``Host``.
    authority: str
    #: The path in front of the platform's own, without a slash at its end.
    prefix: str
    #: The agent that the URL names; None for a platform's own URL.
    agent_id: str | None

    def path(self, path: str) -> str:
        """The path as this platform is asked for it."""
        return f"{self.prefix}{path}"

    def channel_path(self, agent_id: str) -> str:
        """The raw WebSocket of an agent."""
        return self.path(f"/v1/agents/{quote(agent_id, safe='')}/ws")


def endpoints_of(url: str) -> Endpoints:
    """Reads the URL of a platform, or of one agent's raw WebSocket.

    ``http://localhost:8000``, also with a path in front, or
    ``ws://localhost:8000/v1/agents/<id>/ws``. Raises a ValueError that says what is wrong.
    """
    if not isinstance(url, str):
        raise TypeError("url must be a text, as in http://localhost:8000")
    try:
        parsed = urlsplit(url)
        host, port = parsed.hostname, parsed.port
    except ValueError:
        host, port = None, None
    if host is None or parsed.scheme not in _SECURE:
        raise ValueError("url must be an http, https, ws or wss URL, as in http://localhost:8000")
    # Said without the URL itself, which may hold a key.
    if parsed.query or parsed.fragment or parsed.username or parsed.password:
        raise ValueError("url must have no query, fragment or credentials: the key is api_key")
    if re.search(r"[^\x21-\x7e]", url):
        raise ValueError("url must be of printable ASCII characters without spaces")
    secure = _SECURE[parsed.scheme]
    path = parsed.path.rstrip("/")
    channel = _CHANNEL_PATH.fullmatch(path)
    return Endpoints(
        secure=secure,
        host=host,
        port=port or (443 if secure else 80),
        authority=parsed.netloc,
        prefix=channel["prefix"] if channel else path,
        agent_id=unquote(channel["agent_id"]) if channel else None,
    )


def checked_key(api_key: str) -> str:
    """The key, if it can go into a header. Otherwise a ValueError without it."""
    if not isinstance(api_key, str) or not _KEY.fullmatch(api_key):
        raise ValueError(
            "api_key must be the key as it was shown: printable characters without spaces or "
            "line breaks"
        )
    return api_key
