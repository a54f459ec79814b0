"""`vigie stats price-index`: from a store and from a file of one's own, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from price_samples import World, sample
from report_store import Paper, Said, build, price, purity, seized, way
from vigie.analysis.price_files import read_deflator, read_population, read_price_file
from vigie.analysis.price_periods import between, days_of, figure_at, label_of
from vigie.analysis.prices import read_prices
from vigie.cli import app
from vigie.model.errors import InputRefused
from vigie.model.observation import PriceValue
from vigie.store import Store

LYON, GRENOBLE, CAYENNE = "INSEE:69123", "INSEE:38185", "INSEE:97302"
WORDS = ("ardoise", "bouleau", "cerise", "datte", "estragon", "fougere", "genet", "houx")


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["stats", "price-index", *args])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def kilo(amount: float) -> PriceValue:
    return price(amount, unit="kg", kind="wholesale")


def papers() -> list[Paper]:
    """Eight papers; the gram falls from 70 to 60 from 2024 to 2025, the kilogram is half as dear; each in words of its own."""
    found = []
    for number, word in enumerate(WORDS):
        for year, level in ((2024, 70.0), (2025, 60.0)):
            w = f"{word}{year}"
            gram = level + (number % 3 - 1) * 2
            said = [
                Said(sentence=f"{w} prend {w}a gramme {w}b de {w}c.", value=price(gram), place=LYON if number % 2 else GRENOBLE),
                Said(sentence=f"{w} deux {w}d autres {w}e mots {w}f.", value=price(level / 5), substance="cannabis-resin", place=LYON),
            ]  # fmt: skip
            if number < 4:
                said.append(Said(sentence=f"{w} kilo {w}g entier {w}h.", value=kilo(500 * gram), place=LYON))
            found.append(Paper(source=f"p{number}", published=f"{year}-0{number + 1}-10", says=said))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("prices") / "vigie.duckdb", papers())


def test_the_store_gives_prices_with_intervals(store: Path) -> None:
    found = rows(run("--substance", "cocaine", "--by", "year", "--format", "csv", "--store", str(store)))
    assert [(r["area"], r["period"], r["n"], r["sources"], r["state"]) for r in found] == [
        ("FR", "2024", "12", "8", "estimated"), ("FR", "2025", "12", "8", "estimated"),
    ]  # fmt: skip
    first, last = (float(r["price"]) for r in found)
    assert abs(first - 70) < 2 and abs(last - 60) < 2
    assert float(found[1]["index_low"]) < 100 * 60 / 70 < float(found[1]["index_high"])
    assert all(float(r["low"]) < float(r["price"]) < float(r["high"]) for r in found)


def test_json_has_the_bulk_discount(store: Path) -> None:
    result = run("--substance", "cocaine", "--by", "year", "--format", "json", "--store", str(store))
    about = json.loads(result.stdout)["products"][0]
    slope = next(c for c in about["coefficients"] if c["name"] == "log_quantity")
    assert slope["low"] < -0.1003 < slope["high"]  # log(1/2) / log(1000)
    assert (about["figures"], about["sources"], about["quantity"]) == (24, 8, 1.0)


def test_kinds_of_a_substance_are_shown_each_by_itself(store: Path) -> None:
    result = run("--substance", "cannabis", "--by", "year", "--format", "csv", "--store", str(store))
    assert {r["substance"] for r in rows(result)} == {"cannabis-resin"}
    assert "each by itself, never mixed" in result.stderr


def test_departments_are_drawn_to_their_region_and_shown_by_code(store: Path) -> None:
    found = rows(
        run(
            "--substance",
            "cocaine",
            "--by",
            "year",
            "--level",
            "department",
            "--format",
            "csv",
            "--store",
            str(store),
        )
    )
    assert [(r["area"], r["period"]) for r in found] == [
        ("FR-38", "2024"), ("FR-38", "2025"), ("FR-69", "2024"), ("FR-69", "2025"),
    ]  # fmt: skip
    some = rows(
        run(
            "--substance",
            "cocaine",
            "--by",
            "year",
            "--level",
            "department",
            "--area",
            "FR-69",
            "--format",
            "csv",
            "--store",
            str(store),
        )
    )
    assert some == [r for r in found if r["area"] == "FR-69"]  # what is not shown is pooled with all the same


def test_the_median_takes_retail_only(store: Path) -> None:
    result = run(
        "--substance",
        "cocaine",
        "--by",
        "year",
        "--method",
        "median",
        "--format",
        "csv",
        "--store",
        str(store),
    )
    assert [(r["n"], r["price"]) for r in rows(result)] == [("8", "70.0"), ("8", "60.0")]
    assert "not retail" in result.stderr


STATED = [
    # id, papers (of one source each), left out
    ("affirmed", [Said(sentence="Ici 60 euros.", value=price(60))], {}),
    ("denied", [Said(sentence="Pas 60 euros.", value=price(60), assertion="negated")], {"denied, feared, planned or hearsay": 1}),
    ("hearsay", [Said(sentence="On dit 60.", value=price(60), assertion="reported")], {"denied, feared, planned or hearsay": 1}),
    ("no substance", [Said(sentence="Cela vaut 60.", value=price(60), substance=None)], {"of no named substance": 1}),
    ("twice", [Said(sentence="Ici 60 euros.", value=price(60)), Said(sentence="Oui, 60.", value=price(60))], {"said before in the same document": 1}),
    ("a bound", [Said(sentence="Moins de 60.", value=PriceValue(kind="retail", low=None, high=60, currency="EUR", per_value=1, per_unit="g", eur_high=60, eur_per_unit=60, unit="g"))], {"states only a bound": 1}),
    ("no rate", [Said(sentence="Soit 60 ronds.", value=PriceValue(kind="retail", low=60, high=60, currency="XTS", per_value=1, per_unit="g"))], {"without a rate to euros": 1}),
    ("lump sum", [Said(sentence="En tout 60.", value=PriceValue(kind="retail", low=60, high=60, currency="EUR", eur_low=60, eur_high=60))], {"not the price of a known amount": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "left"), [s[1:] for s in STATED], ids=[s[0] for s in STATED])
def test_what_is_left_out_is_counted(tmp_path: Path, said: list[Said], left: dict[str, int]) -> None:
    build(tmp_path / "a.duckdb", [Paper(source="a", published="2024-03-01", says=said)])
    with Store.open(tmp_path / "a.duckdb", read_only=True) as opened:
        found = read_prices(opened)
    assert dict(found.left_out) == left
    assert len(found.prices) == len(said) - sum(left.values())


def test_copies_and_satire_do_not_count(tmp_path: Path) -> None:
    text = " ".join(f"mot{n} {n}7 euros" for n in range(40))
    build(
        tmp_path / "a.duckdb",
        [
            Paper(source="a", published="2024-03-01", says=[Said(sentence=text, value=price(60))]),
            Paper(source="b", published="2024-03-02", says=[Said(sentence=text + ".", value=price(60))]),
            Paper(
                source="c",
                published="2024-03-02",
                says=[Said(sentence="Le Gramme à 3 euros.", value=price(3))],
                satire=True,
            ),
        ],
    )
    with Store.open(tmp_path / "a.duckdb", read_only=True) as opened:
        found = read_prices(opened)
    assert [p.source for p in found.prices] == ["a"]
    assert found.left_out == {"copy of a document that counts": 1, "satire": 1}


def test_channel_and_purity_come_from_the_document(tmp_path: Path) -> None:
    both = "Sur Telegram le gramme à 60."
    said = [
        Said(sentence="La pureté est de 70.", value=purity(70)),
        Said(sentence="Ailleurs 50.", value=price(50)),
    ]
    build(
        tmp_path / "a.duckdb",
        [Paper(source="a", published="2024-03-01", says=[Said(sentence=both, value=price(60)), *said])],
    )
    with Store.open(tmp_path / "a.duckdb", read_only=True) as opened:
        assert [(p.eur, p.purity) for p in read_prices(opened).prices] == [(60, 70), (50, 70)]
    again = tmp_path / "b.duckdb"
    second = Said(sentence="Puis 80 de pureté.", value=purity(80))
    build(again, [Paper(source="a", published="2024-03-01", says=[*said, second])])
    with Store.open(again, read_only=True) as opened:
        assert [p.purity for p in read_prices(opened).prices] == [None]  # two purities: which is this one's?


def test_the_channel_of_the_same_sentence(tmp_path: Path) -> None:
    path = build(
        tmp_path / "a.duckdb",
        [Paper(source="a", published="2024-03-01", says=[Said(sentence="Telegram 60.", value=price(60)), Said(sentence="Telegram.", value=way("telegram"))])],
    )  # fmt: skip
    with Store.open(path) as opened:
        opened.connection.execute("UPDATE evidence SET sentence_start = 0")
        assert [p.channel for p in read_prices(opened).prices] == ["telegram"]


def test_valuations_stay_apart_and_are_divided_by_the_seizure(tmp_path: Path) -> None:
    worth = PriceValue(
        kind="seizure-valuation", low=70_000, high=70_000, currency="EUR", eur_low=70_000, eur_high=70_000
    )
    said = [
        Said(sentence="Saisie d'un kilo.", value=seized(1000)),
        Said(sentence="Valeur : 70 000.", value=worth),
    ]
    alone = [Said(sentence="Valeur seule : 70 000.", value=worth)]
    build(
        tmp_path / "a.duckdb",
        [
            Paper(source="a", published="2024-03-01", says=said),
            Paper(source="b", published="2024-03-01", says=alone),
        ],
    )
    with Store.open(tmp_path / "a.duckdb", read_only=True) as opened:
        found, paid = read_prices(opened, kind="valuation"), read_prices(opened)
    assert [(p.eur, p.quantity, p.unit, p.kind) for p in found.prices] == [(70.0, 1000.0, "g", "valuation")]
    assert found.left_out == {"valuation without one amount that it is of": 1}
    assert paid.prices == ()


def test_a_kilogram_is_a_thousand_grams(tmp_path: Path) -> None:
    build(
        tmp_path / "a.duckdb",
        [Paper(source="a", published="2024-03-01", says=[Said(sentence="Le kilo.", value=kilo(30_000))])],
    )
    with Store.open(tmp_path / "a.duckdb", read_only=True) as opened:
        assert [(p.eur, p.quantity, p.unadjusted) for p in read_prices(opened).prices] == [
            (30.0, 1000.0, False)
        ]


# A file of one's own

PLAIN = "date,price\n" + "".join(f"2024-{m:02d},{60 + m % 3}\n" for m in range(1, 13))


def test_a_file_with_two_columns_is_enough(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(PLAIN, "utf-8")
    found = rows(run("--input", str(tmp_path / "p.csv"), "--by", "year", "--format", "csv"))
    assert [(r["area"], r["period"], r["n"], r["state"]) for r in found] == [
        ("all", "2024", "12", "too-few")  # one source
    ]
    (tmp_path / "p.csv").write_text(sheet(), "utf-8")
    found = rows(run("--input", str(tmp_path / "p.csv"), "--by", "month", "--format", "csv"))
    assert {r["substance"] for r in found} == {"all"}
    assert {r["state"] for r in found} <= {"estimated", "pooled", "too-few"}
    assert any(r["price"] for r in found)


def sheet(delimiter: str = ",") -> str:
    made, _ = sample(3, World(rows=200, areas=5, periods=4))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(("price", "quantity", "area", "date", "source", "channel"))
    for i in range(200):
        numbers = [str(round(float(made.price[i]), 4)), str(float(made.quantity[i]))]
        if delimiter == ";":
            numbers = [n.replace(".", ",") for n in numbers]
        writer.writerow((*numbers, made.area[i], made.period[i], made.source[i], made.factors["channel"][i]))
    return out.getvalue()


def test_semicolons_and_decimal_commas_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(sheet(), "utf-8")
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf" + sheet(";").encode())
    one, two = (
        run("--input", str(tmp_path / n), "--level", "region", "--by", "month", "--format", "csv")
        for n in ("a.csv", "b.csv")
    )
    assert rows(one) == rows(two)
    assert "pooled" in one.stdout and "estimated" in one.stdout


def test_rows_do_not_follow_the_price(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(sheet(), "utf-8")
    found = rows(
        run("--input", str(tmp_path / "a.csv"), "--level", "region", "--by", "month", "--format", "csv")
    )
    order = [(r["substance"], r["unit"], r["area"], r["period"]) for r in found]
    assert order == sorted(order)


BAD = [
    # id, file, part of the message
    ("empty", "", "no column date"),
    ("head only", "date,price\n", "no lines below the head"),
    ("no price", "date,quantity\n2024,1\n", "no column price or paid"),
    ("text", "date,price\n2024,sixty\n", "line 2: column price is not a number"),
    ("negative", "date,price\n2024,-4\n", "line 2: column price is not above zero"),
    ("zero quantity", "date,price,quantity\n2024,4,0\n", "line 2: column quantity is not above zero"),
    ("nan", "date,price\n2024,NaN\n", "line 2: column price is not above zero"),
    ("date", "date,price\n2024-13,60\n", "line 2: column date"),
    ("day", "date,price\n2024-02-31,60\n", "line 2: column date"),
    ("kind", "date,price,kind\n2024,60,gift\n", "line 2: column kind"),
    ("purity", "date,price,purity\n2024,60,140\n", "line 2: purity above 100"),
    ("twice", "date,price,price\n2024,60,61\n", "column price stands twice"),
    ("too many cells", "date,price\n2024,60,61\n", "line 2: more cells than columns"),
    ("binary", "\x00\x01\x02", "no column date"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_wrong_file_is_refused_with_line_and_repair(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.csv").write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["stats", "price-index", "--input", str(tmp_path / "p.csv")])
    assert isinstance(result.exception, InputRefused)  # main() prints it and leaves with 1
    assert said in str(result.exception) and "p.csv" in str(result.exception)
    assert "sixty" not in str(result.exception)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"none\.csv: cannot be read"):
        read_price_file(tmp_path / "none.csv")


WRONG: list[tuple[str, list[str], str]] = [
    ("unknown substance", ["--substance", "unobtainium"], "no known id"),
    ("unknown area", ["--area", "XX-99"], "no known code"),
    ("area smaller than the level", ["--area", "FR-69"], "smaller than a country"),
    ("base of another length", ["--base", "2024", "--by", "quarter"], "is no quarter"),
    ("base", ["--base", "spring"], "is no quarter"),
    ("euda without population", ["--method", "euda"], "go together"),
    ("mean of the median", ["--mean", "--method", "median"], "--mean is for"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_use(store: Path, args: list[str], said: str) -> None:
    result = run(*args, "--store", str(store))
    assert result.exit_code == 2
    assert said in result.stderr


def test_no_store(tmp_path: Path) -> None:
    result = run("--store", str(tmp_path / "none.duckdb"))
    assert result.exit_code == 1 and "no store at" in result.stderr


# Deflator, population, the recipe

EUROPE = "date,price,area,source\n" + "".join(
    f"{year},{price_},{area},{source}\n"
    for area, source, prices in (("FR", "a", (60, 55, 50)), ("ES", "b", (50, 0, 60)), ("DE", "c", (70, 0, 0)))
    for year, price_ in zip((2020, 2021, 2022), prices, strict=True)
    if price_
)  # fmt: skip


@pytest.fixture
def europe(tmp_path: Path) -> Callable[..., list[dict[str, str]]]:
    (tmp_path / "p.csv").write_text(EUROPE, "utf-8")
    (tmp_path / "pop.csv").write_text("area,population\nFR,60\nES,40\nDE,80\n", "utf-8")
    (tmp_path / "cpi.csv").write_text(
        "period,index,area\n2020,100,FR\n2021,110,FR\n2022,125,FR\n2020,100,\n2021,100,\n2022,100,\n", "utf-8"
    )

    def work(*more: str) -> list[dict[str, str]]:
        given = (
            "--input",
            str(tmp_path / "p.csv"),
            "--method",
            "euda",
            "--by",
            "year",
            "--population",
            str(tmp_path / "pop.csv"),
        )
        return rows(run(*given, "--format", "csv", *more))

    return work


def test_the_recipe_from_a_file(europe: Callable[..., list[dict[str, str]]]) -> None:
    found = europe()
    of_all = [r for r in found if r["area"] == "all"]
    assert [float(r["price"]) for r in of_all] == [56.0, 55.0, 54.0]  # DE is left out; ES 2021 = 55
    assert [float(r["index"]) for r in of_all] == pytest.approx([100, 98.21, 96.43])
    assert [(r["area"], r["period"], r["state"]) for r in found if r["state"] == "interpolated"] == [
        ("ES", "2021", "interpolated")
    ]
    assert {r["state"] for r in found if r["area"] == "DE"} == {"dropped"}


def test_the_recipe_deflated_by_country(europe: Callable[..., list[dict[str, str]]], tmp_path: Path) -> None:
    found = europe("--deflator", str(tmp_path / "cpi.csv"), "--base", "2020")
    assert [float(r["price"]) for r in found if r["area"] == "FR"] == [60, 50, 40]
    assert [float(r["price"]) for r in found if r["area"] == "ES"] == [50, 55, 60]


def test_the_recipe_wants_years_and_countries(
    tmp_path: Path, europe: Callable[..., list[dict[str, str]]]
) -> None:
    result = run(
        "--input", str(tmp_path / "p.csv"), "--method", "euda", "--population", str(tmp_path / "pop.csv")
    )
    assert result.exit_code == 2 and "--by year" in result.stderr


def test_a_base_without_a_price_is_said(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(sheet(), "utf-8")
    result = run("--input", str(tmp_path / "p.csv"), "--by", "year", "--base", "1800")
    assert result.exit_code == 0 and "no area has a price in 1800" in result.stderr


def test_a_deflator_without_a_period_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(sheet(), "utf-8")
    (tmp_path / "cpi.csv").write_text("period,index\n2023,100\n", "utf-8")
    result = run("--input", str(tmp_path / "p.csv"), "--deflator", str(tmp_path / "cpi.csv"))
    assert isinstance(result.exception, InputRefused)
    assert "no figure for 2024" in str(result.exception)


TABLES: list[tuple[str, str, Callable[[Path], object], str]] = [
    ("deflator twice", "period,index\n2024,100\n2024,101\n", read_deflator, "stands twice"),
    ("deflator empty", "period,index\n2024,\n", read_deflator, "no index"),
    ("deflator period", "period,index\nspring,100\n", read_deflator, "column period"),
    ("population twice", "area,population\nFR,1\nFR,2\n", read_population, "stands twice"),
    ("population empty", "area,population\nFR,\n", read_population, "no area or no population"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read", "said"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_wrong_tables_are_refused(
    tmp_path: Path, text: str, read: Callable[[Path], object], said: str
) -> None:
    (tmp_path / "t.csv").write_text(text, "utf-8")
    with pytest.raises(InputRefused, match=said):
        read(tmp_path / "t.csv")


# Periods


def test_labels_and_days() -> None:
    assert [str(d) for d in days_of("2024-Q1")] == ["2024-01-01", "2024-03-31"]
    assert [str(d) for d in days_of("2024-02")] == ["2024-02-01", "2024-02-29"]
    assert label_of(*days_of("2024-02"), "quarter") == "2024-Q1"
    assert label_of(*days_of("2024"), "quarter") is None
    assert between("2023-Q4", "2024-Q2", "quarter") == ["2023-Q4", "2024-Q1", "2024-Q2"]
    assert between("2020", "2022", "year") == ["2020", "2021", "2022"]
    assert between("2023-12", "2024-01", "month") == ["2023-12", "2024-01"]


def test_figures_of_other_lengths() -> None:
    table = {"2023": 100.0, "2024-01": 110.0, "2024-02": 120.0, "2024-03": 130.0}
    assert figure_at(table, "2024-Q1") == 120
    assert figure_at(table, "2023-Q2") == 100
    assert figure_at(table, "2025") is None
