"""A chart in a notebook: an image that needs no network, and the Altair chart for whoever wants to change it.

In: a Figure of `vigie.charts`. Out: SVG, PNG, CSV, the Vega-Lite specification, an Altair chart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vigie.charts import draw
from vigie.charts.figure import Figure
from vigie.model.errors import MissingExtraError


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, the same as on the pages. A notebook shows it as SVG, with its text alternative."""

    figure: Figure

    def svg(self) -> str:
        """One SVG image."""
        return draw.svg(self.figure)

    def png(self, scale: float = 2.0) -> bytes:
        """One PNG image, `scale` pixels for each px."""
        return draw.png(self.figure, scale)

    def csv(self) -> bytes:
        """The figures behind it: UTF-8, commas, a header."""
        return draw.csv(self.figure)

    @property
    def spec(self) -> str:
        """Vega-Lite, JSON, its data inside."""
        return self.figure.spec

    def altair(self) -> Any:
        """An `altair` chart to go on from. Raises MissingExtraError without Altair."""
        try:
            import altair
        except ImportError as error:
            raise MissingExtraError("charts", "notebook") from error
        spec: dict[str, Any] = json.loads(self.figure.spec)
        # What Vega takes and the schema that Altair checks against does not know: no background, the place of a legend.
        if spec.get("background", "") is None:
            del spec["background"]
        spec.get("config", {}).get("legend", {}).pop("layout", None)
        return altair.Chart.from_dict(spec)

    def _repr_mimebundle_(self, **_asked: object) -> Mapping[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"{self.figure.title}. {self.figure.alt}"}
