"""Watching sources: what their feeds announce is fetched, redacted, read and stored.

In: source cards that are turned on, a store. Out: documents in the store, what is known of the feeds beside it. `vigie watch` is the
one verb that fetches.
"""
