"""A team's store on a PostgreSQL server: the server holds what counts, each machine works on a copy of it.

In: the path of a working copy (`vigie.place`). Out: a `Session` for who writes, a copy brought up for who reads. All analysis is SQL of
DuckDB, on the copy, as with a file; what was written there is sent in one transaction of the server before anything is told of it.
What decides is a number: the server counts its states, a session sends what makes the next one of the state that it began with, and the
server takes it only if that is still its state. Turns keep writers from working in vain; they are not what keeps the rows right.
Left out: what stands beside a store (accounts, notes, contests, keys): it stays on the machine that serves.
"""

from vigie.store.postgres.session import Session, bring_up

__all__ = ["Session", "bring_up"]
