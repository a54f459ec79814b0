"""Readers: from files to RawDocument. In: paths or bytes. Out: RawDocuments, which go straight to the
redactor.
"""

from vigie.ingest.discovery import discover
from vigie.ingest.reader import Blob, Reader
from vigie.ingest.reading import read, read_stream
from vigie.ingest.registry import READERS

__all__ = ["READERS", "Blob", "Reader", "discover", "read", "read_stream"]
