"""What the tests of the pages share: a server to walk, a browser that is watched, and what counts as a fault.

In: a store; the verb `vigie serve` as a process; Chromium through Playwright. Out: faults in words, so that a test says
`assert faults == []`. The pages are read as a visitor has them: by role, name and address, not by the code that made them.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, TimeoutError, ViewportSize

LANGS = ("fr", "en")
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
SMALLEST_TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8
READY_SECONDS = 300  # a second or five; minutes where many other things run
# No window, no sandbox (containers have none to give), and nothing sent anywhere by the browser itself.
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Runs before the page's own scripts, so that no report is missed; what it gathers is read by `Watched.faults`.
_WATCH = """
window.__policy = [];
document.addEventListener('securitypolicyviolation', event =>
  window.__policy.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber));
"""
_DRAWN = """() => [...document.querySelectorAll('figure[data-spec]')].every(figure => {
  const box = figure.querySelector('.plot').getBoundingClientRect();
  return box.top > innerHeight || box.bottom < 0 || !!figure.querySelector('.drawn svg');
})"""


def chromium_path() -> str | None:
    """A Chromium to walk the pages with: VIGIE_BROWSER, else one on the path."""
    named = os.environ.get("VIGIE_BROWSER")
    if named:
        return named if os.access(named, os.X_OK) else None
    return shutil.which("chromium") or shutil.which("chromium-browser")


# The server


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site. `base` has no slash at its end."""

    base: str
    public: bool
    store: Path | None = None

    def url(self, path: str) -> str:
        return f"{self.base}{path}"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def served(store: Path, *, public: bool) -> Iterator[Site]:
    """`vigie serve` on a free port, as a process of its own, until the block ends."""
    pid, port = start(store, public=public)
    try:
        yield Site(base=f"http://127.0.0.1:{port}", public=public, store=store)
    finally:
        stop(pid)


def start(store: Path, *, public: bool) -> tuple[int, int]:
    """`vigie serve` until `stop`; its process id and port, once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "vigie.cli", "serve", "--store", str(store), "--port", str(port)]
    log = store.with_name(f"serve-{port}.log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*command, *(["--public"] if public else [])], stdout=said, stderr=said, cwd=store.parent
        )
    try:
        _await(f"http://127.0.0.1:{port}/health", process, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process.pid, port


def stop(pid: int) -> None:
    """End a server, which may be the child of another worker of the tests."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, ending)
            for _ in range(200):
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                os.kill(pid, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"vigie serve ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"vigie serve did not answer within {READY_SECONDS} s:\n{log.read_text()}")


# The browser


@dataclass
class Watched:
    """A page whose every report is kept: policy, console, errors, dialogs, other hosts, answers above 399.

    Attributes:
        scripts: whether JavaScript runs.
        seen: what was reported since the page was opened, in words.
    """

    page: Page
    base: str
    scripts: bool = True
    seen: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address of the site; the page is settled when charts are drawn."""
        answer = self.page.goto(path if "://" in path else self.base + path)
        if answer is not None and answer.status >= 400:
            self.seen.append(f"{path}: answer {answer.status}")
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is loaded any more and every chart in the window is drawn."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_load_state("networkidle")
        if self.scripts:
            try:
                self.page.wait_for_function(_DRAWN, timeout=15_000)
            except TimeoutError:
                self.seen.append(f"{self.page.url}: a chart was not drawn")

    def faults(self) -> list[str]:
        """What was reported so far, and what the page now open says of its policy."""
        policy = self.page.evaluate("window.__policy || []")
        return [*self.seen, *(f"{self.page.url}: policy: {told}" for told in policy)]


@contextmanager
def watched(browser: Browser, base: str, **options: Any) -> Iterator[Watched]:
    """A page in a context of its own: no cookies, nothing kept. `options` go to the context."""
    options.setdefault("viewport", WIDE)
    options.setdefault("service_workers", "block")
    context = browser.new_context(**options)
    context.set_default_timeout(20_000)
    context.add_init_script(_WATCH)
    page = context.new_page()
    here = Watched(page=page, base=base, scripts=options.get("java_script_enabled", True))
    host = urlsplit(base).netloc

    def asked(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
            here.seen.append(f"{page.url}: asked another host: {url}")

    context.on("request", lambda request: asked(request.url))
    page.on(
        "console", lambda told: told.type == "error" and here.seen.append(f"{page.url}: console: {told.text}")
    )
    page.on("pageerror", lambda error: here.seen.append(f"{page.url}: error: {error}"))
    page.on("response", lambda got: got.status >= 400 and here.seen.append(f"{got.url}: answer {got.status}"))

    def dialog(shown: Any) -> None:
        here.seen.append(f"{page.url}: a dialog opened: {shown.message}")
        shown.dismiss()

    page.on("dialog", dialog)
    try:
        yield here
    finally:
        context.close()


# Faults that a visitor would meet


def axe_faults(page: Page) -> list[str]:
    """Serious and critical findings of axe-core, with the first elements of each.

    axe-core is put in by the debugging protocol, to which the policy of the page does not apply.
    """
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',"
        " 'best-practice']}).then(r => r.violations)"
    )
    return [
        f"{page.url}: axe {fault['id']} ({fault['impact']}): "
        + "; ".join(
            f"{' '.join(map(str, node['target']))}: {node['html'][:120]}" for node in fault["nodes"][:3]
        )
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def shape_faults(page: Page) -> list[str]:
    """What every page has once: a language, a title, one first heading, one main part, headings in order, unique ids."""
    return [
        f"{page.url}: {fault}"
        for fault in page.evaluate(
            """() => {
          const faults = [], all = s => [...document.querySelectorAll(s)];
          if (!document.documentElement.lang) faults.push('no language');
          if (!document.title.trim()) faults.push('no title');
          for (const one of ['h1', 'main']) if (all(one).length !== 1) faults.push(all(one).length + ' × ' + one);
          let last = 0;
          for (const heading of all('h1,h2,h3,h4,h5,h6')) {
            const level = +heading.tagName[1];
            if (level > last + 1) faults.push('h' + last + ' is followed by ' + heading.tagName + ' ' + heading.textContent.trim().slice(0, 40));
            last = level;
          }
          const ids = all('[id]').map(e => e.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push('two elements have the id ' + id);
          for (const image of all('img:not([alt])')) faults.push('no alt: ' + image.src);
          for (const table of all('main table')) if (!table.querySelector('th')) faults.push('a table without headers');
          if (/\\b(undefined|NaN|None|nan|Traceback)\\b|\\{\\{|\\}\\}|\\{%/.test(document.body.innerText)) {
            faults.push('words of a program: ' + document.body.innerText.match(/.{0,40}(\\b(undefined|NaN|None|nan|Traceback)\\b|\\{\\{|\\}\\}|\\{%).{0,40}/)[0]);
          }
          return faults;
        }"""
        )
    ]


def narrow_faults(page: Page) -> list[str]:
    """On a narrow screen: nothing makes the page scroll sideways, nothing to touch is smaller than 24 pixels.

    A link inside running text is exempt (WCAG 2.2, 2.5.8, "inline"), and so is what stands far enough from every other target.
    """
    return [
        f"{page.url}: {fault}"
        for fault in page.evaluate(
            """smallest => {
          const faults = [], root = document.documentElement;
          if (root.scrollWidth > root.clientWidth) {
            const wide = [...document.querySelectorAll('body *')].filter(e => {
              const box = e.getBoundingClientRect();
              if (box.right <= root.clientWidth + 1 || !box.width) return false;
              for (let up = e.parentElement; up; up = up.parentElement)
                if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(up).overflowX)) return false;
              return true;
            });
            faults.push('scrolls sideways: ' + root.scrollWidth + ' > ' + root.clientWidth + ': '
              + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 100)).join(' | '));
          }
          const shown = e => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
          const targets = [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden]), [tabindex="0"]')].filter(shown);
          const boxes = targets.map(e => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width && b.height && b.right > 0 && b.bottom > 0);
          const inline = e => {
            if (getComputedStyle(e).display !== 'inline') return false;
            const around = e.closest('p, li, dd, td, figcaption, caption, blockquote, div');
            return !!around && around.innerText.trim().length > e.innerText.trim().length + 3;
          };
          for (const [element, box] of boxes) {
            if (box.width >= smallest && box.height >= smallest || inline(element)) continue;
            const x = box.x + box.width / 2, y = box.y + box.height / 2;
            const crowded = boxes.some(([other, b]) => {
              if (other === element || other.contains(element) || element.contains(other)) return false;
              const dx = Math.max(b.left - x, 0, x - b.right), dy = Math.max(b.top - y, 0, y - b.bottom);
              return Math.hypot(dx, dy) < smallest / 2;
            });
            if (crowded) faults.push('small target ' + Math.round(box.width) + '×' + Math.round(box.height) + ': ' + element.outerHTML.slice(0, 100));
          }
          return faults;
        }""",
            SMALLEST_TARGET,
        )
    ]


def links_of(page: Page) -> list[str]:
    """Addresses of the site that the page links to, as paths with their query, in order, each once."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].map(a => a.href.split('#')[0])"
    )
    here = urlsplit(page.url).netloc
    paths = [url.split(here, 1)[1] for url in found if urlsplit(url).netloc == here]
    return list(dict.fromkeys(paths))
