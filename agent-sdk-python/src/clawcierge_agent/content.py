"""Results for people and models: blocks of text, pictures, sound, links and files.

What a capability with ``result_format="content"`` answers: ``{"content": [block, ...],
"structured": any JSON}``. A handler may as well return such a dict, with blocks as dicts.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """For whom a block is, how much it matters, and from when it is."""

    audience: Sequence[Literal["user", "assistant"]] | None = None
    #: From 0 to 1.
    priority: float | None = None
    #: RFC 3339.
    last_modified: str | None = None


@dataclass(frozen=True)
class Text:
    """A text."""

    text: str
    annotations: Annotations | None = None


@dataclass(frozen=True)
class Image:
    """A picture; ``data`` is the file itself."""

    data: bytes
    media_type: str
    name: str | None = None
    annotations: Annotations | None = None


@dataclass(frozen=True)
class Audio:
    """Sound; ``data`` is the file itself."""

    data: bytes
    media_type: str
    name: str | None = None
    annotations: Annotations | None = None


@dataclass(frozen=True)
class Link:
    """Something that is elsewhere."""

    uri: str
    name: str
    title: str | None = None
    description: str | None = None
    media_type: str | None = None
    size: int | None = None
    annotations: Annotations | None = None


@dataclass(frozen=True)
class Resource:
    """A file, with what is in it: a text, or bytes."""

    uri: str
    data: str | bytes
    media_type: str | None = None
    name: str | None = None
    annotations: Annotations | None = None


Block = Text | Image | Audio | Link | Resource


@dataclass(frozen=True)
class Content:
    """A result of blocks, and what programs read of it; blocks may be dicts as well."""

    content: Sequence[Block | dict[str, Any]]
    #: The same for programs, which the capability's ``result_schema`` is about.
    structured: Any = None

    def to_json(self) -> dict[str, Any]:
        """The result as it is reported."""
        blocks = [each if isinstance(each, dict) else _block(each) for each in self.content]
        if self.structured is None:
            return {"content": blocks}
        return {"content": blocks, "structured": self.structured}


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Text):
        members: dict[str, Any] = {"type": "text", "text": block.text}
    elif isinstance(block, Image | Audio):
        members = {
            "type": "image" if isinstance(block, Image) else "audio",
            "data": _base64(block.data),
            "mediaType": block.media_type,
            "name": block.name,
        }
    elif isinstance(block, Link):
        members = {
            "type": "link",
            "uri": block.uri,
            "name": block.name,
            "title": block.title,
            "description": block.description,
            "mediaType": block.media_type,
            "size": block.size,
        }
    elif isinstance(block, Resource):
        is_text = isinstance(block.data, str)
        members = {
            "type": "resource",
            "uri": block.uri,
            "mediaType": block.media_type,
            "name": block.name,
            "text": block.data if is_text else None,
            "data": None if isinstance(block.data, str) else _base64(block.data),
        }
    else:
        raise TypeError(f"a {type(block).__name__} is no block")
    if block.annotations is not None:
        members["annotations"] = _without_none(
            {
                "audience": block.annotations.audience,
                "priority": block.annotations.priority,
                "lastModified": block.annotations.last_modified,
            }
        )
    return _without_none(members)


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
