"""Charts in a browser, under the policy that pages are served with: all drawn, nothing refused, nothing fetched, no text cut or covered."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from chart_samples import SAMPLES, sample
from vigie.charts import bundle, theme

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SCRIPT = """
window.refused = [];
document.addEventListener("securitypolicyviolation", e => refused.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample));
(async () => {
  try {
    await Promise.all([document.fonts.load("12px Inter"), document.fonts.load("600 12px Inter")]);
    for (const box of document.querySelectorAll(".chart")) await vigieDraw(box, JSON.parse(box.nextElementSibling.textContent));
    window.done = "drawn";
  } catch (error) { window.done = String(error); }
})();
"""
STYLE = """@font-face{font-family:Inter;src:url(/Inter-Regular.woff2)}@font-face{font-family:Inter;font-weight:600;src:url(/Inter-SemiBold.woff2)}
body{margin:8px;font-family:Inter}#vg-tooltip-element{position:fixed;visibility:hidden}#vg-tooltip-element.visible{visibility:visible}"""
# Texts of a chart that leave its picture, and pairs that cover each other by more than a hair.
FAULTS = """box => {
  const svg = box.querySelector("svg"), frame = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim() && t.getAttribute("opacity") !== "0")
    .map(t => ({said: t.textContent, r: t.getBoundingClientRect()}));
  for (const {said, r} of texts)
    if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1) found.push("cut: " + said);
  for (const {said} of texts) if (said.endsWith("…") && /montré|shown|collect/.test(said)) found.push("shortened: " + said);
  for (let i = 0; i < texts.length; i++) for (let j = 0; j < i; j++) {
    const a = texts[i].r, b = texts[j].r;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    const halo = texts[i].said === texts[j].said && wide > a.width - 4;  // a name and the paper drawn behind it
    if (wide > 1 && high > 4 && !halo) found.push("covered: " + texts[i].said + " / " + texts[j].said);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A page with every sample, its script and its fonts, on loopback."""
    boxes = "".join(
        f'<div class="chart" id="{name}-{lang}"></div><script type="application/json">{sample(name, lang, hostile=lang == "en").spec}</script>'
        for name in SAMPLES
        for lang in ("fr", "en")
    )
    head = '<!doctype html><meta charset="utf-8"><title>x</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/s.css">'
    page = f'{head}<body>{boxes}<script src="/vega.js"></script><script src="/page.js"></script>'
    fonts = {
        f"/{path.name}": ("font/woff2", path.read_bytes())
        for path in Path(theme.font_directory()).glob("*.woff2")
    }
    answers = fonts | {
        "/": ("text/html", page.encode()),
        "/vega.js": ("text/javascript", bundle.javascript()),
        "/page.js": ("text/javascript", SCRIPT.encode()),
        "/s.css": ("text/css", (STYLE + theme.css_variables()).encode()),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = answers.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in answers else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


@pytest.mark.parametrize("width", [360, pytest.param(900, marks=pytest.mark.slow)], ids=["phone", "wide"])
def test_every_chart_draws_under_the_policy(server: str, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append("a hostile name ran"))
    page.goto(server)
    page.wait_for_function("() => window.done", timeout=120_000)
    assert page.evaluate("done") == "drawn"
    assert page.evaluate("refused") == [] and errors == []
    assert not [url for url in asked if not url.startswith(server) and not url.startswith("data:")]
    faults = {}
    for box in page.query_selector_all(".chart"):
        shown = box.query_selector("svg").bounding_box()
        assert width * 0.8 <= shown["width"] <= width - 16, box.get_attribute("id")
        faults[box.get_attribute("id")] = box.evaluate(FAULTS)
    assert not {name: found for name, found in faults.items() if found}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_chart_follows_its_box_and_its_tooltip_is_text(server: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 800})
    page.goto(server)
    page.wait_for_function("() => window.done", timeout=120_000)
    page.set_viewport_size({"width": 480, "height": 800})
    page.wait_for_function(
        "() => document.querySelector('#lines-fr svg').getBoundingClientRect().width < 470", timeout=60_000
    )
    page.locator("#bars-en .mark-rect path").first.hover()  # a locator: the chart may be drawn once more
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert "</script>" in page.inner_text("#vg-tooltip-element")
    assert page.evaluate("refused") == []
    page.close()


def test_the_script_holds_what_pages_call() -> None:
    text = bundle.javascript().decode("utf-8")
    assert "vigieDraw" in text and "vegaEmbed" in text
    assert bundle.fingerprint().isalnum() and len(bundle.fingerprint()) == 12
    assert len(text) < 1_000_000
