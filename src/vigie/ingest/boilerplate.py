"""Furniture of web pages that survives in copied text."""

from __future__ import annotations


def drop_boilerplate(text: str) -> str:
    return text
