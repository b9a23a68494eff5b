"""Reads members of problem documents, whatever a platform put there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Problem = Mapping[str, Any]


class InputIssue(NamedTuple):
    """One thing that is wrong with an input."""

    #: The field, dotted.
    path: str
    #: What is wrong with it.
    message: str


def text_in(problem: Problem, member: str) -> str:
    """The member's text; empty where there is none."""
    return text_or_none_in(problem, member) or ""


def text_or_none_in(problem: Problem, member: str) -> str | None:
    """The member's text, if there is one."""
    value = problem.get(member)
    return value if isinstance(value, str) else None


def flag_in(problem: Problem, member: str) -> bool:
    """Whether the member is there and true."""
    return problem.get(member) is True


def texts_in(problem: Problem, member: str) -> Sequence[str]:
    """The member's texts; none where it is no list."""
    value = problem.get(member)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def count_in(problem: Problem, member: str) -> int:
    """The member's number; 0 where there is none."""
    value = problem.get(member)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def issues_in(problem: Problem, member: str) -> Sequence[InputIssue]:
    """The member's list of what is wrong."""
    value = problem.get(member)
    items = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    return [InputIssue(text_in(each, "path"), text_in(each, "message")) for each in items]
