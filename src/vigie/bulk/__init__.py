"""Archives of web crawls, read at the rate at which they can be gunzipped: what may be in scope is found first, and only that is read.

In: WARC and WET archives, folders of saved pages, on disk or elsewhere. Out: parts (Parquet with the store's own rows) beside a
manifest, which `vigie add` loads into a store. Raw text lives between the record and the redactor, in memory only.
"""
