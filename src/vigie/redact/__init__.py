"""Redaction: raw text in, clean text out, before anything else sees it."""

from vigie.redact.contacts import find_contacts
from vigie.redact.redactor import REDACTOR_VERSION, find_removals, redact
from vigie.redact.spans import Removal

__all__ = ["REDACTOR_VERSION", "Removal", "find_contacts", "find_removals", "redact"]
