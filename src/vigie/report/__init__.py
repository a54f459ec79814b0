"""Reports: results become tables, charts and pages; the public rules are one gate (`public.py`)."""
