"""Tables: files to rows of text, and mappings of their columns; no store, no drug, no redactor."""
