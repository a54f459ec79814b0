"""Plans, tallies, archives: what workers send each other and what folders are continued by."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace

import pytest

from vigie.bulk.archive import Archive, key_of
from vigie.bulk.plan import Plan
from vigie.bulk.reasons import reasons
from vigie.bulk.tally import AuditId, Tally, mark, sampled
from vigie.model.document import SourceCard
from vigie.model.errors import SettingsError

CARD = SourceCard(id="presse", name="Presse inventée")


def a_tally(archive: str) -> Tally:
    tally = Tally(bytes_in=10, bytes_out=30, records=4, pages=2, passed=1, read=1, relevant=1, kept=1)
    tally.observations.update(["price", "event"])
    tally.reject("not-a-page")
    tally.reject("no-term", sample=AuditId(archive, 7, 2, mark("<urn:uuid:1>"), "no-term"))
    return tally


def test_tallies_add_up_in_any_order_and_come_back() -> None:
    one, other = Tally(), Tally()
    for name in "ab":
        one.add(a_tally(name))
    for name in "ba":
        other.add(a_tally(name))
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert one.kept == 2 and one.observations == {"price": 2, "event": 2} and one.rejected["no-term"] == 2
    assert Tally.from_json(json.loads(json.dumps(one.to_json()))).to_json() == one.to_json()


def test_a_reason_that_no_file_names_is_a_fault() -> None:
    with pytest.raises(KeyError):
        Tally().reject("because")


def test_every_reason_is_said_in_both_languages() -> None:
    assert all(r.stage and r.en and r.fr for r in reasons().values())
    stages = [r.stage for r in reasons().values()]
    assert stages == sorted(stages, key=stages.index), "a stage stands in two places"


@pytest.mark.parametrize(
    ("one_in", "least", "most"), [(0, 0, 0), (1, 4000, 4000), (10, 320, 480)], ids=["none", "all", "tenth"]
)
def test_the_sample_is_a_share_and_depends_on_id_and_seed_only(one_in: int, least: int, most: int) -> None:
    ids = [f"<urn:uuid:{n}>" for n in range(4000)]
    chosen = [i for i in ids if sampled(i, 3, one_in)]
    assert least <= len(chosen) <= most
    assert chosen == [i for i in ids if sampled(i, 3, one_in)]
    if one_in == 10:
        assert chosen != [i for i in ids if sampled(i, 4, one_in)]


OTHER_PLANS = [
    {"threshold": 0.5}, {"audit_one_in": 5}, {"seed": 1}, {"languages": ("fr",)}, {"source": CARD},
    {"source": replace(CARD, grade="B")}, {"max_record_bytes": 5}, {"rows_per_part": 5},
]  # fmt: skip


def test_the_fingerprint_tells_plans_apart() -> None:
    prints = [Plan(**fields).fingerprint() for fields in [{}, *OTHER_PLANS]]  # type: ignore[arg-type]
    assert len(set(prints)) == len(prints)
    assert Plan(engine="re2").fingerprint() == Plan(engine="hyperscan").fingerprint() == prints[0]


@pytest.mark.parametrize(
    "fields",
    [{"threshold": 1.5}, {"audit_one_in": -1}, {"engine": "grep"}, {"rows_per_part": 0}],
    ids=["threshold", "audit", "engine", "rows"],
)
def test_a_plan_that_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Plan(**fields)  # type: ignore[arg-type]


def test_keys_are_of_name_size_and_version() -> None:
    key = key_of("/data/a.warc.gz", 10)
    assert key == key_of("s3://elsewhere/a.warc.gz", 10) == key_of("C:\\data\\a.warc.gz", 10)
    others = {key_of("b.warc.gz", 10), key_of("a.warc.gz", 11), key_of("a.warc.gz", None), key_of("a.warc.gz", 10, "v2")}  # fmt: skip
    assert len(others | {key}) == 5


def test_what_travels_to_a_worker_can() -> None:
    archive = Archive(name="a", key="k", size=1, open=open)  # type: ignore[arg-type]
    for thing in (archive, Plan(source=CARD), a_tally("a")):
        assert pickle.loads(pickle.dumps(thing)) == thing
