"""A statement about several things counts for each of them, and only for ways of selling and trends."""

from __future__ import annotations

from facts import observations


def _pairs(text: str, kind: str) -> set[tuple[str | None, str | None]]:
    return {(o.substance, o.place.label if o.place else None) for o in observations(text, kind)}


def test_a_trend_holds_for_each_product_named_together() -> None:
    found = _pairs("La consommation de cocaïne et de MDMA est en forte hausse.", "trend")
    assert {s for s, _ in found} == {"cocaine", "mdma"}


def test_a_comparison_coordinates_nothing() -> None:
    found = _pairs("La consommation de cocaïne est en forte hausse, contrairement à celle de MDMA.", "trend")
    assert {s for s, _ in found} == {"cocaine"}


def test_a_way_of_selling_holds_for_each_place_of_the_list() -> None:
    text = "À Paris, Lille ou Rennes, les dealers livrent la cocaïne à domicile."
    places = {place for _, place in _pairs(text, "modality")}
    assert {"Paris", "Lille", "Rennes"} <= places


def test_this_system_takes_up_the_sentence_before() -> None:
    text = (
        "La cocaïne est commandée par SMS à une centrale d'appel et livrée à domicile. "
        "Ce système concerne aussi la MDMA et le crack."
    )
    later = [o for o in observations(text, "modality") if o.rule.startswith("modality.taken_up")]
    assert {o.substance for o in later} == {"mdma", "crack"}
    assert all(o.quote == "Ce système" for o in later)


def test_a_price_is_given_once() -> None:
    assert len(observations("Le caillou de crack est à 15 euros à Rennes ou Lyon.", "price")) == 1
