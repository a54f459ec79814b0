"""Two hundred tables as they come: odd, damaged and hostile, each with the number of rows that were written into it.

In: nothing. Out: Case records, always the same. All content is invented. A row is what stands below the header and is not empty.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

HEAD = ["date", "produit", "prix", "lieu"]
ROWS = [[f"2024-01-{n:02d}", "cocaïne" if n % 2 else "résine", f"{n},5", "Besançon"] for n in range(1, 9)]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Attributes:
    rows: rows that were written, below the header and not empty.
    good: how many of them can be read; None where that is not fixed by the damage.
    refused: the whole file is no table that can be read: TableRefused is due.
    options: for `read`.
    """

    name: str
    data: bytes
    rows: int
    good: int | None
    refused: bool = False
    options: dict[str, object] = field(default_factory=dict)


def cases() -> list[Case]:
    """All of them, in order; names are unique."""
    found: list[Case] = []
    for maker in MAKERS:
        found += list(maker())
    return found


def lines(rows: list[list[str]], delimiter: str = ";", end: str = "\n", quote: bool = False) -> str:
    sign = '"' if quote else ""
    return "".join(delimiter.join(f"{sign}{cell}{sign}" for cell in row) + end for row in [HEAD, *rows])


def case(name: str, text: str | bytes, rows: int, good: int | None = -1, **more: object) -> Case:
    data = text.encode() if isinstance(text, str) else text
    fixed = rows if good == -1 else good
    refused = bool(more.pop("refused", False))
    return Case(name=name, data=data, rows=rows, good=fixed, refused=refused, options=dict(more))


# --- text: encodings, separators, line ends, quotes ---------------------------------------------------------------------------


def encodings() -> Iterator[Case]:
    codecs = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1")
    for codec in codecs:
        for label, end in (("unix", "\n"), ("dos", "\r\n"), ("mac", "\r")):
            yield case(f"{codec}_{label}", lines(ROWS, end=end).encode(codec), 8)
    euro = "produit;prix\ncocaïne;60 €\nrésine;7 €\n"
    yield case("cp1252_euro", euro.encode("cp1252"), 2)
    yield case("named_cp850", "produit;prix\ncocaïne;60\n".encode("cp850"), 1, encoding="cp850")
    yield case("named_encoding_unknown", "a;b\n1;2\n", 1, encoding="klingon", refused=True)
    yield case("named_encoding_wrong", "a;b\né;2\n".encode("cp1252"), 1, 0, encoding="utf-8")
    many = [["é", "1", "2", "3"]] * 100
    broken = lines(many).encode() + b"\xff;1;2;3\n" + lines(many).partition("\n")[2].encode()
    yield case("stray_byte_in_utf8", broken, 201, 200)
    yield case(
        "stray_byte_late",
        lines([["a", "b", "c", "d"]] * 4_000).encode() + "é;b;c;d\n".encode("cp1252"),
        4_001,
    )
    yield case("utf16_cut_in_the_middle_of_a_sign", lines(ROWS).encode("utf-16")[:-1], 8, None)
    yield case(
        "utf16_half_a_pair",
        lines([*ROWS, ["x", "y", "z", "w"]])
        .encode("utf-16-le")
        .replace("w".encode("utf-16-le"), b"\x00\xd8"),
        9,
        8,
    )
    yield case("bom_twice", b"\xef\xbb\xbf\xef\xbb\xbf" + lines(ROWS).encode(), 8)
    yield case("bom_in_the_middle", lines(ROWS).encode() + b"\xef\xbb\xbf" + b"2024;a;1;b\n", 9)


def separators() -> Iterator[Case]:
    for label, sign in (("semicolon", ";"), ("comma", ","), ("tab", "\t"), ("pipe", "|")):
        comma = sign == ","
        rows = [[c.replace(",", ".") for c in row] for row in ROWS] if comma else ROWS
        yield case(f"{label}_plain", lines(rows, sign), 8)
        yield case(f"{label}_quoted", lines(ROWS, sign, quote=True), 8)
        yield case(f"{label}_dos_quoted", lines(ROWS, sign, "\r\n", quote=True), 8)
        yield case(f"{label}_given", lines(rows, sign), 8, delimiter=sign)
    yield case("sep_line", "sep=,\r\n" + lines(ROWS, ",", quote=True), 8)
    yield case("sep_line_quoted", '"sep=|"\n' + lines(ROWS, "|"), 8)
    yield case("sep_line_unusual", "sep=~\n" + lines(ROWS, "~"), 8)
    yield case("decimal_commas_only", "prix;low\n" + "1,5;2,5\n" * 5, 5)
    yield case("one_column", "n\n1\n2\n3\n", 3)
    yield case("one_column_of_words", "produit\ncocaïne\nrésine\n", 2)
    yield case("trailing_separators", "".join(line + ";;\n" for line in lines(ROWS).splitlines()), 8)
    yield case("no_end_of_the_last_line", lines(ROWS).rstrip("\n"), 8)


def line_ends() -> Iterator[Case]:
    body = lines(ROWS).splitlines()
    for seed in range(4):
        rng = random.Random(seed)
        yield case(f"mixed_ends_{seed}", "".join(line + rng.choice(["\n", "\r\n", "\r"]) for line in body), 8)
    yield case("blank_lines_between", "\n\n".join(body) + "\n\n\n", 8)
    yield case("blank_cells_between", body[0] + "\n;;;\n" + "\n ; ; ; \n".join(body[1:]) + "\n", 8)
    yield case("ctrl_z_at_the_end", lines(ROWS) + "\x1a", 8)
    yield case("form_feed_in_a_cell", lines([*ROWS, ["a\x0cb", "c", "d", "e"]]), 9)
    yield case("unicode_line_separator", lines([*ROWS, ["a\u2028b", "c", "d", "e"]]), 9)
    yield case("next_line_sign", lines([*ROWS, ["a\x85b", "c", "d", "e"]]), 9)


def nuls() -> Iterator[Case]:
    yield case("nul_in_a_cell", lines([*ROWS, ["a\0b", "c", "d", "e"]]), 9, 8)
    yield case("nul_in_every_row", lines([[*row[:3], "x\0"] for row in ROWS]), 8, 0)
    yield case(
        "nul_in_a_column_that_is_not_read",
        lines([[*row[:3], "x\0"] for row in ROWS]),
        8,
        8,
        columns=["date", "prix"],
    )
    yield case("nuls_after_the_end", lines(ROWS).encode() + b"\0" * 50, 8)
    yield case("all_nuls", b"\0" * 500, 0, refused=True)


def quotes() -> Iterator[Case]:
    body = lines(ROWS).splitlines()
    for at in (1, 4, 8):
        broken = [*body]
        broken[at] = broken[at].replace(";coca", ';"coca').replace(";rési", ';"rési')
        yield case(f"quote_never_closed_{at}", "\n".join(broken) + "\n", 8, 7)
    yield case(
        "every_quote_never_closed", body[0] + "\n" + "".join(f'{n};"a;b;c\n' for n in range(500)), 500, 0
    )
    alone = lines([["1", 'a "b', "c", "d"], ["2", "e", "f", "g"]])
    yield case("quote_inside_a_plain_cell", alone, 2)
    yield case("text_behind_a_quote", body[0] + '\n"a"b;c;d;e\n1;2;3;4\n', 2)
    yield case("doubled_quotes", body[0] + '\n"say ""x"";";c;d;e\n1;2;3;4\n', 2)
    yield case("quoted_line_breaks", body[0] + '\n"a\nb\r\nc";2;3;4\n1;2;3;"x\n\ny"\n', 2)
    yield case("quoted_line_breaks_and_a_short_row", body[0] + '\n"a\nb";2;3;4\n1;2\n5;6;7;8\n', 3, 2)
    yield case("quoted_header", '"da\nte";produit;prix;lieu\n1;2;3;4\n', 1)
    yield case(
        "quote_over_more_than_is_allowed", body[0] + '\n1;2;3;"' + "x\n" * 400 + '"\n5;6;7;8\n', 402, None
    )
    yield case("two_broken_quotes", body[0] + '\n1;"a;b;c\n2;d;e;f\n3;"g;h;i\n4;j;k;l\n', 4, 2)


def widths() -> Iterator[Case]:
    body = lines(ROWS).splitlines()
    for label, row in (
        ("short", "1;2"),
        ("one_cell", "note"),
        ("long", "1;2;3;4;5"),
        ("very_long", ";".join("x" * 300)),
    ):
        for at in (1, 5, 9):
            broken = [*body[:at], row, *body[at:]]
            yield case(f"{label}_row_at_{at}", "\n".join(broken) + "\n", 9, 8)
    yield case("every_row_too_long", body[0] + "\n" + "1;2;3;4;5\n" * 5 + "1;2;3;4\n" * 6, 11, 6)
    yield case("long_but_empty", body[0] + "\n1;2;3;4;;;\n", 1)
    yield case(
        "many_columns", ",".join(f"c{n}" for n in range(6_000)) + "\n" + ",".join("1" * 6_000) + "\n", 1, 0
    )
    # Its header cannot be read, so it counts as a row.
    yield case(
        "a_million_columns", ",".join(["c"] * 1_000_000) + "\n" + ",".join(["1"] * 1_000_000) + "\n", 2, 0
    )
    yield case("large_cell", lines([*ROWS, ["x" * 40_000, "b", "c", "d"]]), 9, 8)
    yield case(
        "large_cell_that_is_not_read", lines([*ROWS, ["x" * 40_000, "b", "c", "d"]]), 9, 9, columns=["prix"]
    )
    yield case("larger_cell", lines([*ROWS, ["x" * 300_000, "b", "c", "d"]]), 9, 8)
    yield case(
        "a_line_of_two_megabytes",
        lines([*ROWS, ["x" * 2_000_000, "b", "c", "d"], ["1", "2", "3", "4"]]),
        10,
        9,
    )
    yield case(
        "a_line_of_nine_megabytes",
        lines([*ROWS, ["x" * 9_000_000, "b", "c", "d"], ["1", "2", "3", "4"]]),
        10,
        9,
    )


def headers() -> Iterator[Case]:
    body = lines(ROWS)
    yield case("titles_above", "Prix relevés en 2024\n\nSource : enquête\n" + body, 8)
    yield case("titles_with_separators_above", "Prix relevés;;;\n;;;\n" + body, 8)
    yield case("notes_below", body + "\nSource : enquête\n(1) provisoire\n", 10, 8)
    yield case("header_given", "a;b;c;d\n" + body, 8, header=2)
    yield case("no_header_given", "".join(";".join(row) + "\n" for row in ROWS), 8, header=0)
    yield case(
        "header_row_that_is_not_there", body, 9, 0, header=99
    )  # without its header the first line is a row
    yield case("doubled_names", "date;prix;prix;prix\n1;2;3;4\n", 1)
    yield case("doubled_names_like_ours", "prix;prix;prix (2)\n1;2;3\n", 1)
    yield case("names_missing", "date;;prix;lieu;\n1;2;3;4;5\n", 1)
    yield case("names_all_years", "pays;2019;2020;2021\nFR;1;2;3\nBE;4;5;6\n", 2)
    yield case("only_figures", "1;2;3\n4;5;6\n7;8;9\n", 3, 0)
    yield case("two_levels", ",Heroin,,Cocaine,\nCountry,n,g,n,g\nFR,1,2,3,4\nDE,5,6,7,8\n", 2)
    yield case("header_only", "date;prix;lieu\n", 0)
    yield case("header_repeated", body + body, 17, 17)
    yield case("empty", b"", 0, refused=True)
    yield case("only_blanks", b" \r\n \n\t\n", 0, refused=True)
    yield case("only_a_mark", b"\xef\xbb\xbf", 0, refused=False)
    yield case("long_names", ";".join("n" * 5_000 + str(n) for n in range(4)) + "\n1;2;3;4\n", 1)


def cut() -> Iterator[Case]:
    data = lines(ROWS).encode()
    ends = [at for at, byte in enumerate(data) if byte == 10]
    for at in (2, 5):
        yield case(f"cut_after_line_{at}", data[: ends[at] + 1], at)
        yield case(f"cut_in_line_{at}", data[: ends[at] + 8], at + 1, at)
    yield case("cut_in_a_quote", lines(ROWS, quote=True).encode()[:-5], 8, 7)


# --- workbooks ----------------------------------------------------------------------------------------------------------------

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PKG = "http://schemas.openxmlformats.org/package/2006/relationships"
_STYLES = f'<styleSheet xmlns="{_NS}"><numFmts><numFmt numFmtId="164" formatCode="mmm\\-yy"/><numFmt numFmtId="165" formatCode="0.0%"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="21"/></cellXfs></styleSheet>'  # fmt: skip


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_NS}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def text_row(number: int, cells: list[str]) -> str:
    inner = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        for n, cell in enumerate(cells)
        if cell
    )
    return f'<row r="{number}">{inner}</row>'


def body_rows(count: int = 8, first: int = 2) -> str:
    return "".join(text_row(first + n, ROWS[n % 8]) for n in range(count))


def workbook(
    sheets: dict[str, str],
    *,
    states: dict[str, str] | None = None,
    props: str = "",
    strings: str = "",
    drop: tuple[str, ...] = (),
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """An XLSX of the sheets' XML, written part by part so that any part may be wrong."""
    state = states or {}
    names = list(sheets)
    tags = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"{f" state={chr(34)}{state[name]}{chr(34)}" if name in state else ""}/>'
        for n, name in enumerate(names, 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_REL}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    links += f'<Relationship Id="st" Type="{_REL}/styles" Target="styles.xml"/><Relationship Id="ss" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/>'
    parts: dict[str, bytes] = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{_NS}" xmlns:r="{_REL}">{props}<sheets>{tags}</sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PKG}">{links}</Relationships>'.encode(),
        "xl/styles.xml": _STYLES.encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{_NS}">{strings}</sst>'.encode(),
    }
    parts |= {f"xl/worksheets/s{n}.xml": xml.encode() for n, xml in enumerate(sheets.values(), 1)}
    return zipped({name: data for name, data in {**parts, **(extra or {})}.items() if name not in drop})


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def one(rows: str, **more: object) -> bytes:
    return workbook({"Prix": sheet_xml(text_row(1, HEAD) + rows)}, **more)  # type: ignore[arg-type]


def number_cell(place: str, value: str, style: int = 0, formula: str = "", kind: str = "") -> str:
    told = f' t="{kind}"' if kind else ""
    return f'<c r="{place}" s="{style}"{told}>{formula}{f"<v>{value}</v>" if value else ""}</c>'


def sheets_plain() -> Iterator[Case]:
    yield case("xlsx", one(body_rows()), 8)
    for label, props in (("1900", ""), ("1904", '<workbookPr date1904="1"/>')):
        row = f'<row r="2">{number_cell("A2", "45000", 1)}{number_cell("B2", "45000", 2)}{number_cell("C2", "0.655", 3)}{number_cell("D2", "0.5", 4)}</row>'
        yield case(f"xlsx_dates_{label}", one(row + body_rows(3, 3), props=props), 4)
    for label, serial in (
        ("before_the_calendar", "-5"),
        ("never_was", "60"),
        ("after_the_calendar", "9999999"),
        ("no_number", "abc"),
        ("not_finite", "1e999"),
    ):
        yield case(
            f"xlsx_date_{label}",
            one(f'<row r="2">{number_cell("A2", serial, 1)}</row>' + body_rows(3, 3)),
            4,
            3,
        )
    formula = "<f>SUM(C2:C3)</f>"
    yield case(
        "xlsx_formula_with_value",
        one(f'<row r="2">{number_cell("C2", "5", 0, formula)}</row>' + body_rows(3, 3)),
        4,
    )
    yield case(
        "xlsx_formula_without_value",
        one(f'<row r="2">{number_cell("C2", "", 0, formula)}</row>' + body_rows(3, 3)),
        4,
        3,
    )
    yield case(
        "xlsx_formula_empty_value",
        one(f'<row r="2">{number_cell("A2", "1")}<c r="C2">{formula}<v></v></c></row>' + body_rows(3, 3)),
        4,
        3,
    )
    yield case(
        "xlsx_formula_of_text",
        one(
            f'<row r="2">{number_cell("A2", "1")}<c r="C2" t="str">{formula}<v></v></c></row>'
            + body_rows(3, 3)
        ),
        4,
        4,
    )
    yield case(
        "xlsx_shared_formula",
        one('<row r="2"><c r="C2"><f t="shared" si="0"/><v>3</v></c></row>' + body_rows(3, 3)),
        4,
    )
    for error in ("#N/A", "#DIV/0!", "#REF!"):
        yield case(
            f"xlsx_error_{error[1:4].strip('/A').lower()}",
            one(f'<row r="2">{number_cell("C2", error, 0, "", "e")}</row>' + body_rows(3, 3)),
            4,
            3,
        )
    yield case(
        "xlsx_error_elsewhere",
        one(
            f'<row r="2">{number_cell("A2", "1")}{number_cell("C2", "#N/A", 0, "", "e")}</row>'
            + body_rows(3, 3)
        ),
        4,
        4,
        columns=["date", "lieu"],
    )
    shared = "".join(f"<si><t>{word}</t></si>" for word in [*HEAD, "a", "b"])
    head = '<row r="1">' + "".join(f'<c r="{"ABCD"[n]}1" t="s"><v>{n}</v></c>' for n in range(4)) + "</row>"
    for label, index, good in (
        ("right", "4", 2),
        ("too_far", "99", 1),
        ("negative", "-1", 1),
        ("no_number", "x", 1),
    ):
        rows = f'{head}<row r="2"><c r="A2" t="s"><v>{index}</v></c></row><row r="3"><c r="A3" t="s"><v>5</v></c></row>'
        yield case(f"xlsx_shared_string_{label}", workbook({"S": sheet_xml(rows)}, strings=shared), 2, good)
    rich = "<si><r><t>da</t></r><r><t>te</t></r><rPh><t>x</t></rPh></si>" + "".join(
        f"<si><t>{w}</t></si>" for w in [*HEAD[1:], "a", "b"]
    )
    yield case(
        "xlsx_rich_text",
        workbook({"S": sheet_xml(head + '<row r="2"><c r="A2" t="s"><v>4</v></c></row>')}, strings=rich),
        1,
    )
    yield case(
        "xlsx_large_shared_string",
        workbook(
            {
                "S": sheet_xml(
                    head
                    + '<row r="2"><c r="A2" t="s"><v>4</v></c></row><row r="3"><c r="A3" t="s"><v>5</v></c></row>'
                )
            },
            strings=shared.replace("<t>a<", "<t>" + "a" * 40_000 + "<"),
        ),
        2,
        1,
    )
    yield case(
        "xlsx_no_places",
        workbook(
            {
                "S": sheet_xml(
                    "<row>"
                    + "".join(f"<c t='inlineStr'><is><t>{h}</t></is></c>" for h in HEAD)
                    + "</row><row><c><v>1</v></c><c><v>2</v></c></row>"
                )
            }
        ),
        1,
    )
    yield case("xlsx_prefixed", one(body_rows()).replace(b"", b""), 8)
    prefixed = (
        sheet_xml(text_row(1, HEAD) + body_rows())
        .replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("<x:?xml", "<?xml")
        .replace("xmlns=", "xmlns:x=")
    )
    yield case("xlsx_prefixed_names", workbook({"S": prefixed}), 8)
    yield case(
        "xlsx_self_closing_rows",
        one('<row r="2"/>' + body_rows(3, 3) + '<row r="9" spans="1:4"/>' + body_rows(2, 10)),
        5,
    )
    yield case("xlsx_gaps", one(body_rows(3, 100) + body_rows(3, 5_000)), 6)
    yield case(
        "xlsx_last_cell", one(body_rows(3) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), 3, 3
    )
    yield case("xlsx_last_row", one(body_rows(3) + text_row(1_048_576, ROWS[0])), 4)
    yield case(
        "xlsx_rows_out_of_order", one(text_row(9, ROWS[0]) + text_row(3, ROWS[1]) + text_row(3, ROWS[2])), 3
    )
    yield case(
        "xlsx_columns_out_of_order", one('<row r="2"><c r="D2"><v>4</v></c><c r="A2"><v>1</v></c></row>'), 1
    )
    yield case(
        "xlsx_wild_places",
        one('<row r="2"><c r="1A"><v>4</v></c><c r="ZZZZ9"><v>1</v></c><c r="A2"><v>1</v></c></row>'),
        1,
    )
    yield case(
        "xlsx_wild_row_numbers",
        one('<row r="x"><c r="A2"><v>4</v></c></row><row r="99999999999"><c r="A3"><v>1</v></c></row>'),
        2,
    )
    yield case(
        "xlsx_wild_styles",
        one('<row r="2"><c r="A2" s="9999"><v>4</v></c><c r="B2" s="x"><v>4</v></c></row>'),
        1,
    )
    yield case("xlsx_no_styles", one(body_rows(), drop=("xl/styles.xml", "xl/sharedStrings.xml")), 8)
    yield case(
        "xlsx_booleans", one('<row r="2"><c r="A2" t="b"><v>1</v></c><c r="B2" t="b"><v>0</v></c></row>'), 1
    )
    yield case("xlsx_iso_dates", one('<row r="2"><c r="A2" t="d"><v>2024-03-05T00:00:00</v></c></row>'), 1)
    yield case(
        "xlsx_entities",
        one('<row r="2"><c r="A2" t="inlineStr"><is><t>a &amp; b &#233;</t></is></c></row>'),
        1,
    )
    yield case(
        "xlsx_comments_between",
        one("<!-- a --><row r='2'><c r='A2'><v>1</v></c></row><!-- <row r='3'> -->"),
        1,
    )


def sheets_merged() -> Iterator[Case]:
    two = text_row(1, ["lieu", "Cocaïne", "", "date"]) + text_row(2, ["", "n", "g", ""])
    rows = "".join(
        f'<row r="{n}">{number_cell(f"A{n}", "1")}{number_cell(f"B{n}", "2")}{number_cell(f"C{n}", "3")}</row>'
        for n in range(3, 7)
    )
    merges = (
        '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="D1:D2"/></mergeCells>'
    )
    yield case("xlsx_merged_header", workbook({"S": sheet_xml(two + rows, after=merges)}), 4)
    title = text_row(1, ["Prix 2024"]) + text_row(3, HEAD) + body_rows(4, 4)
    yield case(
        "xlsx_merged_title",
        workbook({"S": sheet_xml(title, after='<mergeCells><mergeCell ref="A1:D1"/></mergeCells>')}),
        4,
    )
    down = (
        text_row(1, HEAD)
        + text_row(2, ROWS[0])
        + text_row(3, ["", *ROWS[1][1:]])
        + text_row(4, ["", *ROWS[2][1:]])
    )
    yield case(
        "xlsx_merged_down",
        workbook({"S": sheet_xml(down, after='<mergeCells><mergeCell ref="A2:A4"/></mergeCells>')}),
        3,
    )
    yield case(
        "xlsx_merged_everything",
        workbook({"S": sheet_xml(down, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')}),
        3,
        None,
    )
    many = (
        "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 60_000)) + "</mergeCells>"
    )
    yield case(
        "xlsx_many_merges", workbook({"S": sheet_xml(text_row(1, HEAD) + body_rows(), after=many)}), 8, None
    )


def sheets_several() -> Iterator[Case]:
    full = sheet_xml(text_row(1, HEAD) + body_rows())
    yield case("xlsx_two_sheets", workbook({"a": full, "b": full}), 16)
    yield case("xlsx_hidden_sheet", workbook({"a": full, "b": full}, states={"b": "hidden"}), 16, 8)
    yield case("xlsx_very_hidden_sheet", workbook({"a": full, "b": full}, states={"a": "veryHidden"}), 16, 8)
    yield case(
        "xlsx_hidden_sheet_asked_for",
        workbook({"a": full, "b": full}, states={"b": "hidden"}),
        8,
        8,
        sheet="b",
    )
    yield case(
        "xlsx_sheet_by_number",
        workbook({"a": full, "b": sheet_xml(text_row(1, HEAD) + body_rows(2))}),
        2,
        2,
        sheet="2",
    )
    yield case("xlsx_sheet_that_is_not_there", workbook({"a": full}), 8, refused=True, sheet="z")
    yield case("xlsx_empty_sheet", workbook({"a": sheet_xml(""), "b": full}), 8)
    yield case("xlsx_header_only", workbook({"a": sheet_xml(text_row(1, HEAD))}), 0)
    yield case(
        "xlsx_figures_only",
        workbook(
            {
                "a": sheet_xml(
                    "".join(
                        f'<row r="{n}">{number_cell(f"A{n}", "1")}{number_cell(f"B{n}", "2")}</row>'
                        for n in (1, 2, 3)
                    )
                )
            }
        ),
        3,
        0,
    )
    yield case(
        "xlsx_sheet_part_missing",
        workbook({"a": full, "b": sheet_xml("")}, drop=("xl/worksheets/s2.xml",)),
        8,
    )
    yield case("xlsx_names_alike", workbook({"a": full, "A": full}), 16)


def sheets_hostile() -> Iterator[Case]:
    whole = one(body_rows())
    for share in (0.2, 0.6, 0.95):
        yield case(f"xlsx_cut_{share}", whole[: int(len(whole) * share)], 8, refused=True)
    yield case("xlsx_wrong_checksum", _flip(whole), 8, 0)
    broken = sheet_xml(text_row(1, HEAD) + body_rows(4) + "<row r='7'><c r='A7'></row>" + body_rows(3, 8))
    yield case("xlsx_broken_in_the_middle", workbook({"a": broken}), 8, 4)
    yield case("xlsx_broken_before_the_rows", workbook({"a": "<worksheet><sheetData<"}), 0, None)
    yield case(
        "xlsx_ends_in_a_row",
        workbook({"a": sheet_xml(text_row(1, HEAD) + body_rows(4)).split("</sheetData>")[0]}),
        4,
        None,
    )
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield case(
        "xlsx_entity_bomb",
        workbook({"a": bomb + sheet_xml(text_row(1, HEAD) + body_rows(3)).partition("?>")[2]}),
        3,
        0,
    )
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    yield case(
        "xlsx_entity_from_outside",
        workbook(
            {
                "a": outside
                + sheet_xml(text_row(1, HEAD) + text_row(2, ["&a;"]).replace("&amp;a;", "&a;")).partition(
                    "?>"
                )[2]
            }
        ),
        1,
        0,
    )
    yield case(
        "xlsx_bomb_of_blanks",
        workbook({"a": sheet_xml(text_row(1, HEAD) + body_rows(4) + " " * 40_000_000)}),
        4,
        0,
    )
    yield case(
        "xlsx_bomb_of_rows",
        workbook({"a": sheet_xml(text_row(1, HEAD) + body_rows(4) + '<row r="9"/>' * 30_000)}),
        4,
        4,
    )
    yield case(
        "xlsx_bomb_of_strings",
        workbook({"a": sheet_xml(text_row(1, HEAD))}, strings="<si><t>" + "a" * 25_000_000 + "</t></si>"),
        0,
        refused=True,
    )
    yield case(
        "xlsx_bomb_of_parts",
        workbook({"a": sheet_xml(text_row(1, HEAD))}, extra={f"x/{n}": b"" for n in range(10_500)}),
        0,
        refused=True,
    )
    yield case(
        "xlsx_too_many_rows",
        workbook(
            {
                "a": sheet_xml(
                    text_row(1, ["n", "m"])
                    + "".join(f'<row r="{n}">{number_cell(f"A{n}", "1")}</row>' for n in range(2, 5_105))
                )
            }
        ),
        5_103,
        5_000,
    )
    yield case(
        "xlsx_too_many_columns",
        workbook(
            {
                "a": sheet_xml(
                    '<row r="1">'
                    + "".join(f"<c t='inlineStr'><is><t>c{n}</t></is></c>" for n in range(5_200))
                    + "</row>"
                    + body_rows(3)
                )
            }
        ),
        3,
        None,
    )
    yield case(
        "xlsx_deep",
        workbook(
            {"a": sheet_xml(text_row(1, HEAD) + "<row r='2'>" + "<c>" * 2_000 + "</c>" * 2_000 + "</row>")}
        ),
        1,
        None,
    )
    yield case("xlsx_no_links", one(body_rows(), drop=("xl/_rels/workbook.xml.rels",)), 8, refused=True)
    yield case("xlsx_broken_workbook_part", one("", extra={"xl/workbook.xml": b"<workbook"}), 0, refused=True)
    yield case(
        "xlsx_utf16_sheet",
        workbook(
            {"a": "x"},
            extra={
                "xl/worksheets/s1.xml": sheet_xml(text_row(1, HEAD) + body_rows(3))
                .replace("UTF-8", "UTF-16")
                .encode("utf-16")
            },
        ),
        3,
        None,
    )
    yield case(
        "xlsx_starts_that_never_end",
        workbook({"a": sheet_xml(text_row(1, HEAD) + "<row" * 200_000 + "</row>")}),
        0,
    )
    yield case(
        "xlsx_formulas_that_never_end",
        workbook({"a": sheet_xml(text_row(1, HEAD) + '<row r="2">' + '<c r="A2"><f' * 80_000 + "</row>")}),
        1,
        0,
    )
    yield case("xlsb", zipped({"xl/workbook.bin": b"x", "[Content_Types].xml": b"x"}), 0, refused=True)
    yield case("zip_of_a_table", zipped({"a.csv": lines(ROWS).encode()}), 8, refused=True)
    yield case("zip_empty", b"PK\x05\x06" + b"\0" * 18, 0, refused=True)
    yield case("ole_garbage", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20, 0, refused=True)
    yield case(
        "ole_locked",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        0,
        refused=True,
    )


def _flip(data: bytes) -> bytes:
    """A workbook whose sheet has another checksum than it says."""
    at = data.index(b"xl/worksheets/s1.xml") - 30 + 14
    changed = bytearray(data)
    changed[at : at + 4] = struct.pack("<L", 12345)
    entry = data.rindex(b"xl/worksheets/s1.xml") - 46 + 16
    changed[entry : entry + 4] = struct.pack("<L", 12345)
    return bytes(changed)


# --- OpenDocument -------------------------------------------------------------------------------------------------------------

_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def ods(*tables: str, styles: str = "", extra: dict[str, bytes] | None = None, before: str = "") -> bytes:
    content = f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_ODF}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{"".join(tables)}</office:spreadsheet></office:body></office:document-content>'
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            **(extra or {}),
        }
    )


def ods_row(cells: list[str], more: str = "") -> str:
    return (
        f"<table:table-row{more}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>'
            for c in cells
        )
        + "</table:table-row>"
    )


def ods_table(rows: str, name: str = "Prix", style: str = "") -> str:
    told = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{told}>{ods_row(HEAD)}{rows}</table:table>'


def elements() -> Iterator[Case]:
    """Small files of millions of elements: a parser that holds a row to its end, or looks at each, stands still or fills the memory."""

    def sheet(rows: str) -> bytes:
        return one(text_row(2, ROWS[0]) + rows)

    def refused(name: str, data: bytes) -> Case:
        assert len(data) < 150_000
        return case(name, data, 0, refused=True)

    row = '<row r="3">{}</row>'.format
    yield refused("xlsx_row_of_many_cells", sheet(row('<c r="A3"><v>1</v></c>' * 150_000)))
    yield refused("xlsx_row_of_many_empty_cells", sheet(row("<c/>" * 300_000)))
    cell = '<row r="3"><c r="A3" t="inlineStr"><is>{}</is></c></row>'.format
    yield refused("xlsx_cell_of_many_texts", sheet(cell("<t>a</t>" * 250_000)))
    yield refused("xlsx_cell_of_empty_texts", sheet(cell("<t/>" * 300_000)))
    yield refused("xlsx_many_empty_rows", sheet("<row/>" * 3_100_000))
    yield refused("xlsx_many_closed_rows", sheet("<row></row>" * 1_600_000))
    yield refused("xlsx_many_empty_strings", one(body_rows(), strings="<si/>" * 3_100_000))
    yield refused("xlsx_string_of_many_texts", one(body_rows(), strings=f"<si>{'<t/>' * 300_000}</si>"))
    yield refused("xlsx_elements_in_utf16", _utf16(row("<c/>" * 300_000)))
    yield refused("xlsx_rows_in_many_places", sheet("<a><row/></a>" * 700_000))
    part = sheet_xml(text_row(1, HEAD) + "<row/>" * 100_000).encode()
    links = "".join(
        f'<Relationship Id="r{n}" Type="{_REL}/worksheet" Target="worksheets/s1.xml"/>' for n in range(1, 41)
    )
    many = {f"s{n}": "" for n in range(1, 41)}
    extra = {
        "xl/worksheets/s1.xml": part,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PKG}">{links}</Relationships>'.encode(),
    }
    yield refused("xlsx_many_sheets_of_one_part", workbook(many, extra=extra))
    late = f"<!--{'x' * 20_000}--><!DOCTYPE worksheet [<!ATTLIST c z CDATA 'z'>]>"
    typed = sheet_xml(text_row(1, HEAD) + body_rows(3)).replace("?>", "?>" + late, 1)
    yield case("xlsx_document_type_behind_a_long_comment", workbook({"a": typed}), 3, 0)
    hidden = sheet_xml(text_row(1, HEAD) + body_rows(3)).replace('"UTF-8"', '"UTF-7"', 1)
    yield case("xlsx_in_an_encoding_that_hides_elements", workbook({"a": hidden}), 3, 0)
    wide = "<table:table-row>{}</table:table-row>".format
    yield refused("ods_row_of_many_cells", ods(ods_table(wide("<table:table-cell/>" * 450_000))))
    yield refused("ods_many_empty_rows", ods(ods_table("<table:table-row/>" * 350_000)))
    yield refused("ods_cell_of_many_lines", ods(ods_table(ods_row(["a"]) + wide("<text:p/>" * 500_000))))
    rows = ods_row(ROWS[0], ' table:number-rows-repeated="1000000"')
    yield refused("ods_millions_of_repeated_rows", ods(ods_table(rows)))
    cells = '<table:table-cell table:number-columns-repeated="16000"><text:p>3</text:p></table:table-cell>'
    yield refused("ods_millions_of_repeated_cells", ods(ods_table(wide(cells) * 700)))


def _utf16(rows: str) -> bytes:
    xml = sheet_xml(text_row(1, HEAD) + rows).replace("UTF-8", "UTF-16").encode("utf-16")
    return workbook({"a": ""}, extra={"xl/worksheets/s1.xml": xml})


def open_document() -> Iterator[Case]:
    plain = "".join(ods_row(row) for row in ROWS)
    cell = "<table:table-row><table:table-cell {}><text:p>{}</text:p></table:table-cell></table:table-row>"
    yield case("ods", ods(ods_table(plain)), 8)
    yield case(
        "ods_repeated_rows",
        ods(
            ods_table(
                ods_row(ROWS[0], ' table:number-rows-repeated="5"')
                + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
            )
        ),
        5,
    )
    yield case(
        "ods_repeated_cells",
        ods(
            ods_table(
                '<table:table-row><table:table-cell office:value-type="float" office:value="3" table:number-columns-repeated="16000"><text:p>3</text:p></table:table-cell></table:table-row>'
            )
        ),
        1,
    )
    yield case(
        "ods_bomb_of_rows",
        ods(ods_table(ods_row(ROWS[0], ' table:number-rows-repeated="60000"'))),
        60_000,
        5_000,
    )
    yield case(
        "ods_percentage",
        ods(ods_table(cell.format('office:value-type="percentage" office:value="0.65"', "65 %"))),
        1,
    )
    yield case(
        "ods_date",
        ods(
            ods_table(
                cell.format('office:value-type="date" office:date-value="2024-03-05T00:00:00"', "05/03/24")
            )
        ),
        1,
    )
    yield case(
        "ods_error",
        ods(
            ods_table(
                cell.format(
                    'table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"', "#DIV/0!"
                )
                + plain
            )
        ),
        9,
        8,
    )
    yield case(
        "ods_formula_without_value",
        ods(
            ods_table('<table:table-row><table:table-cell table:formula="of:=A1"/></table:table-row>' + plain)
        ),
        9,
        8,
    )
    yield case(
        "ods_no_number",
        ods(ods_table(cell.format('office:value-type="float" office:value="x"', "x") + plain)),
        9,
        8,
    )
    yield case(
        "ods_merged_down",
        ods(
            ods_table(
                plain.replace("<table:table-cell ", '<table:table-cell table:number-rows-spanned="8" ', 1)
            )
        ),
        8,
    )
    hidden = '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    yield case("ods_hidden_table", ods(ods_table(plain), ods_table(plain, "b", "h"), styles=hidden), 16, 8)
    yield case("ods_two_tables", ods(ods_table(plain), ods_table(plain, "b")), 16)
    yield case("ods_no_table", ods(), 0, 0)
    whole = ods(ods_table(plain))
    yield case("ods_cut", whole[: len(whole) // 2], 8, refused=True)
    yield case("ods_broken", zipped({"content.xml": b"<office:x"}), 0, refused=True)
    yield case(
        "ods_entity_bomb", ods(ods_table(plain), before='<!DOCTYPE x [<!ENTITY a "aaaa">]>'), 8, refused=True
    )
    yield case(
        "ods_locked", ods(extra={"META-INF/manifest.xml": b"<manifest:encryption-data/>"}), 0, refused=True
    )


# --- Parquet and JSON ---------------------------------------------------------------------------------------------------------


def parquet(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def columnar() -> Iterator[Case]:
    plain = pa.table(
        {"n": list(range(1, 101)), "produit": ["cocaïne"] * 100, "jour": [date(2024, 1, 1)] * 100}
    )
    whole = parquet(plain)
    yield case("parquet", whole, 100)
    yield case("parquet_cut", whole[: len(whole) // 2], 100, refused=True)
    yield case("parquet_wrong_end", whole[:-40] + b"x" * 40, 100, refused=True)
    yield case("parquet_magic_only", b"PAR1", 0, refused=True)
    yield case("parquet_no_rows", parquet(plain.slice(0, 0)), 0)
    yield case("parquet_nested", parquet(pa.table({"a": [1, 2], "b": [[{"k": 1}], None]})), 2, 1)
    yield case(
        "parquet_lists_and_records",
        parquet(pa.table({"a": [["x", "y"], ["z"]], "b": [{"p": 1}, {"p": 2}]})),
        2,
    )
    yield case(
        "parquet_figures",
        parquet(pa.table({"a": [1.5, 2.0, float("nan"), 3.0], "b": [True, False, True, None]})),
        4,
    )
    yield case("parquet_bytes", parquet(pa.table({"a": [b"\xff\x00", b"x"], "b": ["y", "z"]})), 2, 0)
    yield case(
        "parquet_doubled_names", parquet(pa.table([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"])), 2
    )
    damaged = bytearray(whole)
    damaged[8:60] = b"\xff" * 52
    yield case("parquet_broken_page", bytes(damaged), 100, None)


def objects() -> Iterator[Case]:
    rows = [{"date": "2024-01-01", "prix": 60 + n} for n in range(6)]
    text = json.dumps(rows)
    yield case("json", text, 6)
    yield case("json_indented", json.dumps(rows, indent=2), 6)
    yield case("json_wrapped", json.dumps({"meta": {"n": 6}, "data": rows}), 6)
    yield case("json_lines", "\n".join(json.dumps(r) for r in rows), 6)
    yield case("json_lines_with_blanks", "\n\n".join(json.dumps(r) for r in rows) + "\n\n", 6)
    yield case("json_one_object", json.dumps(rows[0]), 1)
    yield case("json_mark", b"\xef\xbb\xbf" + text.encode(), 6)
    yield case("json_utf16", json.dumps(rows).encode("utf-16"), 6, None)
    yield case("json_a_broken_record", text.replace('"prix": 62', '"prix": '), 6, 5)
    yield case(
        "json_lines_a_broken_line",
        "\n".join(json.dumps(r) for r in rows).replace('"prix": 62}', '"prix": '),
        6,
        5,
    )
    yield case("json_blanks_behind_a_broken_record", '[{"a": x}' + " " * 300_000 + ', {"a": 1}]', 2, 1)
    yield case("json_lines_behind_a_broken_record", '{"a": x' + "\n" * 300_000 + '{"a": 1}', 2, 1)
    yield case("json_cut", text[:-20], 6, 5)
    yield case("json_not_numbers", '[{"a": NaN, "b": 1}, {"a": Infinity, "b": 2}]', 2, None)
    yield case("json_large_number", '[{"a": ' + "9" * 5_000 + '}, {"a": 1}]', 2, 1)
    yield case("json_deep", '[{"a": ' + "[" * 100_000 + "]" * 100_000 + '}, {"a": 1}]', 2, 1)
    yield case("json_deep_records", "[" + '{"a":' * 500 + "1" + "}" * 500 + ', {"b": 1}]', 2, None)
    yield case("json_large_record", '[{"a": "' + "x" * 3_000_000 + '"}, {"a": 1}]', 2, None)
    yield case("json_large_cell", '[{"a": "' + "x" * 40_000 + '"}, {"a": 1}]', 2, 1)
    yield case("json_nested_where_nothing_else_is", '[{"a": [[1]]}, {"b": 1}]', 2, 2, columns=["b"])
    yield case("json_doubled_fields", '[{"a": 1, "a": 2}]', 1)
    yield case("json_nested", '[{"a": {"b": 1}}, {"a": [1, 2]}, {"a": [{"c": 1}]}]', 3, 2)
    yield case("json_many_fields", json.dumps([{f"f{n}": 1 for n in range(6_000)}]), 1, 0)
    yield case("json_empty_list", "[]", 0)
    yield case("json_not_closed", text[:-1], 6)


# --- no tables ----------------------------------------------------------------------------------------------------------------


def others() -> Iterator[Case]:
    page = b"<html><body><table><tr><td>prix</td></tr></table></body></html>"
    for label, data in (
        ("html_called_xls", page), ("xml_2003", b'<?xml version="1.0"?><Workbook/>'), ("pdf", b"%PDF-1.7\n%\xe2\xe3"), ("rtf", b"{\\rtf1 a}"),
        ("gzip", gzip.compress(lines(ROWS).encode(), mtime=0)), ("png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4), ("seven_zip", b"7z\xbc\xaf\x27\x1c" + b"\0" * 40),
    ):  # fmt: skip
        yield case(label, data, 0, refused=True)
    for seed in range(6):
        yield case(f"noise_{seed}", random.Random(seed).randbytes(3_000), 0, refused=True)


MAKERS: tuple[Callable[[], Iterator[Case]], ...] = (
    encodings, separators, line_ends, nuls, quotes, widths, headers, cut, sheets_plain, sheets_merged, sheets_several, sheets_hostile,
    elements, open_document, columnar, objects, others,
)  # fmt: skip
