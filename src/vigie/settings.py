"""Settings with their defaults and units."""

from __future__ import annotations
