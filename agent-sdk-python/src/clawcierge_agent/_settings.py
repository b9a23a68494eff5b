"""Checks what is set."""

from __future__ import annotations


def check_whole(name: str, value: object, least: int) -> None:
    """Raises a ValueError that says what the setting must be."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}")
