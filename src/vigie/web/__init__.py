"""Server-rendered pages over a read model: the analyst's edition on this machine, the public edition for anyone."""
