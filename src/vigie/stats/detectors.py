"""The detectors of unusual counts, by id. A new one: one module, one line here, one case table in the tests."""

from __future__ import annotations

from vigie.stats.alarms import Detector
from vigie.stats.bayes import Bayes
from vigie.stats.cdc import Cdc
from vigie.stats.cusum import Cusum
from vigie.stats.ears import Ears
from vigie.stats.farrington import Farrington
from vigie.stats.farrington_flexible import FarringtonFlexible
from vigie.stats.glr import Glr
from vigie.stats.outbreakp import OutbreakP
from vigie.stats.pooled import Pooled
from vigie.stats.rki import Rki

DETECTORS: tuple[tuple[str, type[Detector]], ...] = (
    ("farrington-flexible", FarringtonFlexible),
    ("farrington", Farrington),
    ("ears", Ears),
    ("cdc", Cdc),
    ("rki", Rki),
    ("bayes", Bayes),
    ("cusum", Cusum),
    ("glr", Glr),
    ("outbreakp", OutbreakP),
    ("pooled", Pooled),
)
