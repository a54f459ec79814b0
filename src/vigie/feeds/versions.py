"""What was told of public alerts, written down before it is told.

In: a store open for writing, the public gate. Out: rows of `public_alerts`: one for each alert whose words, facts or state are
not those of its last version. Left out: versions of figures (`vigie.report.corrections`).
"""

from __future__ import annotations

from vigie.feeds.public_alerts import found_alerts
from vigie.report.public import Admitted, Gate
from vigie.store import Store
from vigie.store.alert_versions import AlertVersion, add_alert_versions, alert_versions


def record(store: Store, gate: Gate, *, read: Admitted | None = None) -> int:
    """Write down what anyone can read from now on; how many versions are new.

    Raises:
        StoreError: if the store is open for reading only.
    """
    known = alert_versions(store)
    new = [
        AlertVersion(
            address=alert.address,
            version=alert.version,
            since=alert.updated,
            first_published=alert.first_published,
            official=alert.official,
            shown=alert.status == "current",
            digest=found.digest,
        )
        for found in found_alerts(store, gate, "fr", read=read)
        for alert in [found.alert]
        if not known.get(alert.address) or known[alert.address][-1].version < alert.version
    ]
    add_alert_versions(store, new)
    return len(new)
