"""Asking other machines for pages, politely. In: addresses that a source card names. Out: bytes, or why there are none.

Knows no store, no document and no drug: who asks is `vigie.watch`, and nobody else.
"""
