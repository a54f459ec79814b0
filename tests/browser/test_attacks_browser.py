"""Hostile documents in a real browser: nothing of them runs; without escapes the policy still stops it; without both it would run."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import Request, Response
from playwright.sync_api import Browser

from attack_samples import hostile_papers
from report_store import build
from test_operate import serving, small_app
from test_web_pages import DAY, model_of
from vigie.web import headers, render
from vigie.web.app import make_app
from vigie.web.limits import limits

EVIL = '<title>evil</title><iframe src="http://127.0.0.1:PORT/fast"></iframe>'
OWN = {"content-security-policy": "default-src *", "content-type": "text/html"}
WATCH = """
window.__ran = 0; window.__stopped = 0; window.vx = () => { window.__ran += 1; };
document.addEventListener('securitypolicyviolation', () => { window.__stopped += 1; });
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = build(tmp_path_factory.mktemp("browser-attacks") / "vigie.duckdb", hostile_papers()[:3])
    return model_of(store, False, DAY)


@pytest.mark.parametrize(
    ("escaped", "policy", "ran", "stopped"),
    [(True, True, False, False), (False, True, False, True), (False, False, True, False)],
    ids=["as it is", "without escapes", "without escapes and policy"],
)
def test_nothing_of_a_document_runs(
    browser: Browser,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    escaped: bool,
    policy: bool,
    ran: bool,
    stopped: bool,
) -> None:
    if not escaped:
        made = render.environment()
        bare = made.overlay(autoescape=False)
        bare.globals = made.globals
        monkeypatch.setattr(render, "environment", lambda: bare)
    if not policy:
        monkeypatch.delitem(headers.SECURITY, "content-security-policy")
    with serving(make_app(model, public=False), limits()) as running:
        page = browser.new_page()
        try:
            page.add_init_script(WATCH)
            dialogs: list[str] = []
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            page.goto(f"http://127.0.0.1:{running.port}/fr/evidence", wait_until="load")
            page.mouse.move(300, 300)
            page.wait_for_timeout(300)
            found = page.evaluate(
                "[window.__ran, window.__stopped, document.querySelectorAll('vx-t').length]"
            )
        finally:
            page.close()
    assert (found[0] > 0, found[1] > 0, found[2] > 0) == (ran, stopped, not escaped)
    assert dialogs == []


def test_no_page_is_framed(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clickjacking: a page of another site that frames ours shows nothing of it; without the policy it would.

    That every route has the policy is held by `test_attacks_pages.py`.
    """
    for framed in (False, True):
        if framed:
            open_policy = headers.POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
            monkeypatch.setitem(headers.SECURITY, "content-security-policy", open_policy)
        app, _ = small_app()

        @app.get("/evil")
        def page_of_another_site(request: Request) -> Response:
            return Response(EVIL.replace("PORT", str(request.url.port)), headers=OWN)

        app.add_middleware(headers.Guard, failed=lambda path, error: None)
        with serving(app, limits()) as running:
            page = browser.new_page()
            try:
                # Another origin: another name of this machine.
                page.goto(f"http://localhost:{running.port}/evil", wait_until="load")
                page.wait_for_timeout(1000)
                shown = [f.url for f in page.frames if f.parent_frame and f.url.endswith("/fast")]
            finally:
                page.close()
        assert bool(shown) is framed
