"""Feeds of public alerts as answers. In: a public read model. Out: Atom or JSON Feed, by `vigie.feeds`."""

from __future__ import annotations

from vigie.readmodel.model import ReadModel
from vigie.web.cache import Answer, answer

_MEDIA = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}


def feed_of(model: ReadModel, lang: str, form: str) -> Answer:
    """One language in one form; links in it are relative to nothing, as the server does not know its public name."""
    from vigie.feeds.atom import atom
    from vigie.feeds.json_feed import json_feed

    alerts = model.public_alerts(lang)
    return answer((atom if form == "atom" else json_feed)(alerts, lang=lang), _MEDIA[form])
