"""Bounds on one input, each with its reason. Past a bound the input is refused; the rest goes on.

They are module constants so that a program that embeds Vigie can raise them before reading.
"""

from __future__ import annotations

MB = 1024 * 1024

MAX_FILE_BYTES = (
    200 * MB
)  # a whole input read into memory (PDF with scans); containers that stream are not bound
MAX_TEXT_BYTES = 50 * MB  # plain text, HTML, e-mail: the longest report of a year of sessions is below 10 MB
MAX_TEXT_CHARS = 50_000_000  # text of one document after extraction
MAX_LINE_CHARS = 5_000_000  # one line: no person writes one, and every later stage works by lines
MAX_HTML_BYTES = 20 * MB  # the largest real page of a 420 MB archive held 6 MB
MAX_HTML_DEPTH = 1_000  # open elements; real pages stay below 120
MAX_CHAPTERS = 2_000  # of one e-book
MAX_MEMBER_BYTES = (
    30 * MB
)  # one unpacked member, counted while unpacking and not as declared; a tree takes ten times that
MAX_UNPACKED_BYTES = 200 * MB  # all members that are read
MAX_JSON_BYTES = (
    64 * MB
)  # one JSON value, which takes up to ten times that when read; JSON lines are streamed
MAX_DIRECTORY_BYTES = 10 * MB  # table of contents of a zip: 100,000 members
MAX_PDF_PAGES = 3_000  # parliamentary volumes stay below 1,500
MAX_RECORD_BYTES = 20 * MB  # one WARC payload or one JSON line
MAX_PARTS = 500  # parts of one e-mail
WORKER_SECONDS = 20.0  # one page of PDF, or one web page; measured: 0.03 s and 0.01 s
WORKER_MEMORY = 2_048 * MB  # address space of the guarded worker, on systems that know such a limit
WORKER_JOBS = 2_000  # documents after which the child is replaced: parsers leak and keep caches
HEAD_BYTES = 64 * 1024  # what a reader sees to recognise its kind
