"""Nothing is lost and nothing is sent twice: the outbox, the waits, and the verb that uses them."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from feeds_servers import Authority, Letterbox, mail_server, says, web_server
from report_store import build
from test_feeds_cap import SAVED, SIGNAL
from test_feeds_forms import GONE
from test_feeds_mail import digest
from test_feeds_public_alerts import let_out, papers
from vigie.cli import app
from vigie.feeds.digest import make_digest
from vigie.feeds.digest_config import DigestConfig, HookConfig, MailConfig, addresses, load_config
from vigie.feeds.outbox import Delivery, Outbox
from vigie.feeds.outcome import DELIVERED, Outcome, dead, later
from vigie.feeds.public_alerts import public_alerts
from vigie.feeds.sending import IN_A_RUN, MOST, PATIENCE, deliver, enqueue
from vigie.model.errors import SettingsError, StoreError
from vigie.report.public import public_gate
from vigie.store import Store
from vigie.store.beside import outbox_folder
from vigie.store.erase import Selection
from vigie.store.watchlist import write_alerts
from vigie.upkeep.purge import plan, purge

MAIL = MailConfig(
    host="localhost",
    port=25,
    security="none",
    sender="a@b.example",
    to=("un@ars.example", "deux@ars.example"),
)
HOOK = HookConfig(name="desk", url="http://127.0.0.1:1/", secret=b"a-secret-of-the-tests", allow_private=True)
CONFIG = DigestConfig(mail=MAIL, webhooks=(HOOK,))


class Clock:
    """A time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now, self.waits = 1_000_000.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def ran(box: Outbox, clock: Clock, *outcomes: Outcome, **more: Any) -> tuple[Any, list[Delivery]]:
    """A run in which attempts end as told, the last one again and again; what was tried."""
    tried: list[Delivery] = []

    def attempt(delivery: Delivery, config: DigestConfig) -> Outcome:
        tried.append(delivery)
        return outcomes[min(len(tried) - 1, len(outcomes) - 1)]

    report = deliver(box, CONFIG, clock=clock, sleep=clock.sleep, jitter=lambda: 1.0, attempt=attempt, **more)
    return report, tried


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def test_a_digest_goes_to_each_recipient_once(box: Outbox) -> None:
    assert enqueue(digest(), CONFIG, box) == (3, 0) and enqueue(digest(), CONFIG, box) == (0, 3)
    report, tried = ran(box, Clock(), DELIVERED)
    assert (report.delivered, len(tried)) == (3, 3)
    assert enqueue(digest(), CONFIG, box) == (0, 3) and ran(box, Clock(), DELIVERED)[1] == []


def test_only_the_owner_reads_the_outbox_and_what_is_delivered_is_forgotten(box: Outbox) -> None:
    enqueue(digest(), CONFIG, box)
    for file in [box.folder, *box.folder.iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    assert not [f.name for f in box.folder.iterdir() if "ars" in f.name]
    ran(box, Clock(), DELIVERED)
    left = "".join(f.read_text() for f in box.folder.glob("*.json"))
    assert "ars.example" not in left and "Sept surdoses" not in left
    assert {d.state for d in box.all()} == {"sent"}


def test_ids_tell_nobody_who_it_is(tmp_path: Path) -> None:
    """Two outboxes have two keys: an address cannot be looked up by its hash."""
    one, two = Outbox(tmp_path / "1"), Outbox(tmp_path / "2")
    assert (
        one.id_of("mail", "x@y.example", "d")
        == one.id_of("mail", "x@y.example", "d")
        != two.id_of("mail", "x@y.example", "d")
    )


def test_waits_double_and_a_run_ends(box: Outbox) -> None:
    enqueue(digest(), replace(CONFIG, mail=None), box)
    clock = Clock()
    report, tried = ran(box, clock, later("the webhook answered 500"))
    assert (len(tried), report.waiting, clock.waits) == (IN_A_RUN, 1, [2.0, 4.0])
    assert ran(box, clock, DELIVERED)[1] == []  # not due yet
    clock.now += 8.0
    assert ran(box, clock, DELIVERED)[0].delivered == 1


def test_chance_shortens_a_wait_by_half_at_most(box: Outbox) -> None:
    enqueue(digest(), replace(CONFIG, mail=None), box)
    clock = Clock()
    deliver(box, CONFIG, clock=clock, sleep=clock.sleep, jitter=lambda: 0.0, attempt=lambda d, c: later("x"))
    assert clock.waits == [1.0, 2.0]


def test_retry_after_is_waited_for_by_the_next_run(box: Outbox) -> None:
    enqueue(digest(), replace(CONFIG, mail=None), box)
    clock = Clock()
    report, tried = ran(box, clock, later("the webhook answered 429", wait=PATIENCE + 1))
    assert (len(tried), clock.waits, report.waiting) == (1, [], 1)
    clock.now += PATIENCE
    assert ran(box, clock, DELIVERED)[1] == []
    clock.now += 1
    assert ran(box, clock, DELIVERED)[0].delivered == 1


def test_what_never_arrives_is_dead_and_can_be_tried_again(box: Outbox) -> None:
    enqueue(digest(), replace(CONFIG, mail=None), box)
    clock, tried = Clock(), 0
    for _ in range(MOST):
        tried += len(ran(box, clock, later("the webhook answered 503"))[1])
        clock.now += 100_000
    (left,) = box.all()
    assert (left.state, left.attempts, tried) == ("dead", MOST, MOST)
    assert ran(box, clock, DELIVERED)[1] == []
    assert ran(box, clock, DELIVERED, again=True)[0].delivered == 1


def test_what_is_refused_for_good_is_tried_once(box: Outbox) -> None:
    enqueue(digest(), replace(CONFIG, webhooks=()), box)
    report, tried = ran(box, Clock(), dead("the server refused the recipient (550)"), DELIVERED)
    assert (report.dead, report.delivered, len(tried)) == (1, 1, 2)
    assert report.reasons == ("1 × the server refused the recipient (550)",)


def test_two_runs_at_once_are_one_too_many(box: Outbox) -> None:
    with box.locked(), pytest.raises(StoreError, match="another digest"), box.locked():
        pass
    with box.locked():
        pass


def test_half_a_file_is_named_and_loses_nothing(box: Outbox) -> None:
    enqueue(digest(), CONFIG, box)
    (box.folder / ".x.json.part").write_text("{")  # of a run that was killed
    assert len(box.all()) == 3
    next(box.folder.glob("*.json")).write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        box.all()


def _sends(folder: str, log: str) -> None:
    """A run that is killed in the middle of its second delivery."""

    def attempt(delivery: Delivery, config: DigestConfig) -> Outcome:
        with Path(log).open("a") as file:
            file.write(delivery.id + "\n")
        if len(Path(log).read_text().splitlines()) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return DELIVERED

    deliver(Outbox(Path(folder)), CONFIG, attempt=attempt)


def test_a_kill_loses_nothing_and_repeats_only_what_it_cut_off(box: Outbox, tmp_path: Path) -> None:
    enqueue(digest(), CONFIG, box)
    log = tmp_path / "log.txt"
    run_ = multiprocessing.get_context("spawn").Process(target=_sends, args=(str(box.folder), str(log)))
    run_.start()
    run_.join(60)
    assert run_.exitcode == -signal.SIGKILL
    assert sorted(d.state for d in box.all()) == ["queued", "queued", "sent"]
    _, tried = ran(box, Clock(), DELIVERED)
    before = log.read_text().splitlines()
    # The one in the middle again, under the same id; the first not.
    assert before[0] not in {d.id for d in tried} and before[1] in {d.id for d in tried} and len(tried) == 2


def waiting(folder: Path) -> Outbox:
    """An outbox beside a store, in which a digest of each of its public alerts waits, and one of another."""
    path = build(folder / "vigie.duckdb", papers(), today=date(2026, 3, 20))
    let_out(path, "doc001-0")
    box = Outbox(outbox_folder(path))
    with Store.open(path) as opened:
        found = {lang: public_alerts(opened, public_gate(date(2026, 3, 21)), lang) for lang in ("fr", "en")}
    for official in (True, False):
        chosen = {lang: [a for a in found[lang] if a.official is official] for lang in found}
        made = make_digest(chosen, date(2026, 3, 1))
        assert made is not None and enqueue(made, replace(CONFIG, mail=None), box) == (1, 0)
    enqueue(digest(GONE), replace(CONFIG, mail=None), box)
    return box


@pytest.mark.parametrize(
    ("document", "gone"), [("doc000", "alert/w-"), ("doc001", "alert/r1"), ("doc002", "")]
)
def test_what_is_erased_leaves_the_outbox_too(tmp_path: Path, document: str, gone: str) -> None:
    box = waiting(tmp_path)
    assert len(box.all()) == 3
    with Store.open(tmp_path / "vigie.duckdb") as opened:
        chosen = Selection(documents=(document,))
        purge(opened, plan(opened, chosen), chosen)
    left = [about for d in box.all() for about in d.about]
    assert len(left) == (2 if gone else 3) and not [
        about for about in left if gone and about.startswith(gone)
    ]


# The configuration

GOOD = """
base_url = "https://observatoire.example"
[mail]
host = "smtp.example"
sender = "alertes@observatoire.example"
to = ["un@ars.example"]
[[webhook]]
name = "desk"
url = "https://hook.example/in?key=k3y"
secret_file = "hook.secret"
"""
ENVIRONMENT = {"VIGIE_SMTP_USER": "vigie", "VIGIE_SMTP_PASSWORD": "motdepasse"}


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    secret = folder / "hook.secret"
    secret.write_text("un-secret-assez-long\n")
    secret.chmod(0o600)
    file = folder / "digest.toml"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_a_configuration_is_read(tmp_path: Path) -> None:
    found = load_config(written(tmp_path, GOOD), (), ENVIRONMENT)
    assert found.mail is not None and (found.mail.port, found.mail.security, found.mail.user) == (
        587,
        "starttls",
        "vigie",
    )
    assert (
        found.webhooks[0].secret == b"un-secret-assez-long"
        and found.base_url == "https://observatoire.example"
    )
    other = load_config(written(tmp_path, GOOD), ["autre@ars.example"], ENVIRONMENT)
    assert other.mail is not None and other.mail.to == ("autre@ars.example",)


WRONG: list[tuple[str, str, str]] = [
    ("a password", GOOD.replace("host =", 'password = "x"\nhost ='), "no secret stands in the configuration"),
    ("a secret", GOOD.replace("secret_file =", 'secret = "x" #'), "no secret stands in the configuration"),
    ("an unknown key", GOOD.replace("host =", 'hots = 1\nhost ='), "mail.hots: no such key"),
    ("no TOML", "mail = = un@ars.example", "no TOML"),
    ("http", GOOD.replace("https://hook", "http://hook"), "allow_http"),
    ("the analyst by http", GOOD.replace("https://hook", "http://hook") + "allow_http = true\nanalyst = true\n", "never goes through http"),
    ("a user in the url", GOOD.replace("hook.example", "u:p@hook.example"), "no https address"),
    ("a file", GOOD.replace("https://hook.example", "file:///etc/passwd"), "no https address"),
    ("in the clear", GOOD.replace("host =", 'security = "none"\nhost ='), "on this machine only"),
    ("no address", GOOD.replace("un@ars.example", "un ars"), "recipient 1 is no e-mail address"),
    ("a header in an address", GOOD.replace("un@ars.example", "un@ars.example\\r\\nBcc: x@y.example"), "recipient 1 is no e-mail address"),
    ("a sender that is none", GOOD.replace("alertes@", "alertes"), "mail.sender is no e-mail address"),
    ("no secret file", GOOD.replace("hook.secret", "none.secret"), "cannot be read"),
    ("unsubscribe", GOOD.replace("host =", 'unsubscribe = "javascript:x"\nhost ='), "mailto: or https:"),
    ("two of a name", GOOD + GOOD[GOOD.index("[[webhook]]") :], "same name"),
]  # fmt: skip


@pytest.mark.parametrize(("id", "text", "said"), WRONG, ids=[w[0] for w in WRONG])
def test_a_wrong_configuration_says_the_repair_and_no_address(
    tmp_path: Path, id: str, text: str, said: str
) -> None:
    with pytest.raises(SettingsError) as error:
        load_config(written(tmp_path, text), (), ENVIRONMENT)
    told = str(error.value)
    assert said in told
    assert not [
        w for w in ("ars.example", "k3y", "un-secret", "motdepasse", "alertes", "hook.example") if w in told
    ]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_what_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match="chmod 600"):
        load_config(written(tmp_path, GOOD, mode), (), ENVIRONMENT)
    file = written(tmp_path, GOOD)
    (tmp_path / "hook.secret").chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_config(file, (), ENVIRONMENT)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "@x.example",
        "a@",
        "a b@c.example",
        "é@x.example",
        "a@x.example\n",
        "a@x.example, b@y.example",
        "<a@x.example>",
        "a@[127.0.0.1",
        '"a',
    ],
)
def test_what_is_no_address(address: str) -> None:
    if address.strip() == "a@x.example":
        assert addresses(["a@x.example"]) == ("a@x.example",)
        with pytest.raises(SettingsError, match="recipient 2"):
            addresses(["ok@x.example", "a@x.example\nBcc: b@y.example"])
        return
    with pytest.raises(SettingsError, match="recipient 2"):
        addresses(["ok@x.example", address])


def test_the_analyst_s_edition_goes_only_where_the_configuration_says_so(box: Outbox) -> None:
    made = digest(edition="analyst")
    assert enqueue(made, CONFIG, box) == (0, 0)
    allowed = replace(CONFIG, mail=replace(MAIL, analyst=True))
    assert enqueue(made, allowed, box) == (2, 0)
    # Whoever takes the permission back stops what waits.
    assert {d.state for d in (deliver(box, CONFIG, sleep=lambda s: None), *box.all())[1:]} == {"dead"}


# The verb


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("VIGIE_")]:
        monkeypatch.delenv(name)
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    fresh = [replace(paper, published=yesterday) for paper in papers()]
    build(tmp_path / "vigie.duckdb", fresh, today=date.today())
    return tmp_path


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["digest", *args])


def settled(folder: Path, mail_port: int, web_port: int, authority: Authority, more: str = "") -> None:
    written(
        folder,
        f'[mail]\nhost = "localhost"\nport = {mail_port}\nsender = "alertes@observatoire.example"\nto = ["un@ars.example", "deux@ars.example"]\n'
        f'ca_file = "{authority.file}"\n{more}[[webhook]]\nname = "desk"\nurl = "http://127.0.0.1:{web_port}/in?key=k3y"\n'
        'allow_http = true\nallow_private = true\nsecret_file = "hook.secret"\n',
    )


def test_the_verb_delivers_once_by_mail_and_webhook(place: Path) -> None:
    authority, letters = Authority(place), Letterbox()
    with (
        mail_server(letters, authority.context("localhost")) as port,
        web_server(says(500), says(200)) as web,
    ):
        settled(place, port, web.port, authority)
        first = run("--config", "digest.toml")
        assert first.exit_code == 0, first.output
        assert len(letters.got) == 2 and letters.encrypted == [True, True] and web.connections == 2
        assert {tuple(e.rcpt_tos) for e in letters.got} == {("un@ars.example",), ("deux@ars.example",)}
        assert web.headers(0)["x-vigie-delivery"] == web.headers(1)["x-vigie-delivery"]
        found = json.loads(web.body(1))
        assert found["edition"] == "public" and [a["lang"] for a in found["alerts"]] == ["fr", "en"]
        second = run("--config", "digest.toml")
        assert second.exit_code == 0 and len(letters.got) == 2 and web.connections == 2
    printed = first.output + second.output + (first.stderr or "")
    assert "3 delivered" in printed and "3 known before" in printed
    everything = printed + "".join(
        f.read_text("utf-8", "replace") for f in (place / "vigie.duckdb.outbox").iterdir()
    )
    assert not [w for w in ("ars.example", "k3y", "un-secret", "feutré") if w in everything]
    store = (place / "vigie.duckdb").read_bytes()
    assert b"ars.example" not in store and b"k3y" not in store


def test_the_verb_keeps_what_did_not_arrive(place: Path) -> None:
    authority, letters = Authority(place), Letterbox(rcpt=["550 no un@ars.example"])
    with mail_server(letters, authority.context("localhost")) as port:
        with web_server(says(404)) as web:
            settled(place, port, web.port, authority)
            done = run("--config", "digest.toml")
            assert done.exit_code == 1 and "1 delivered, 0 waiting, 2 given up" in done.output
        listed = run("--dead", "--format", "json")
        rows = [json.loads(line) for line in listed.stdout.splitlines()]
        assert listed.exit_code == 0 and {r["reason"] for r in rows} == {
            "the webhook answered 404",
            "the server refused the recipient (550)",
        }
        assert "ars.example" not in listed.output and "k3y" not in listed.output
        with web_server(says(200)) as web:
            settled(place, port, web.port, authority)
            again = run("--config", "digest.toml", "--retry")
            # The webhook's address is another now: the delivery goes where the configuration says.
            assert again.exit_code == 0 and "2 delivered" in again.output and web.connections == 1
    assert run("--dead").output.strip().endswith("everything was delivered")


def test_a_dry_run_sends_and_keeps_nothing(place: Path) -> None:
    before = (place / "vigie.duckdb").read_bytes()
    done = run("--dry-run")
    assert done.exit_code == 0 and "Sept surdoses" in done.stdout and "nothing was sent" in done.stderr
    assert not (place / "vigie.duckdb.outbox").exists() and (place / "vigie.duckdb").read_bytes() == before
    assert "feutré" not in done.output.lower()


def test_the_analyst_s_own_alerts_need_the_configuration(place: Path) -> None:
    with Store.open("vigie.duckdb") as opened:
        write_alerts(opened, [(replace(SAVED, first_saved=date.today()), [SIGNAL])], [])
    authority, letters = Authority(place), Letterbox()
    with mail_server(letters, authority.context("localhost")) as port, web_server(says(200)) as web:
        settled(place, port, web.port, authority)
        refused = run("--config", "digest.toml", "--analyst")
        assert refused.exit_code == 2 and "analyst = true" in refused.output and letters.asked == 0
        settled(place, port, web.port, authority, more="analyst = true\n")
        assert run("--config", "digest.toml", "--analyst").exit_code == 0
        assert len(letters.got) == 2 and web.connections == 0
    content = letters.got[0].content
    assert isinstance(content, bytes) and b"Analyste" in content and SAVED.alert_id.encode() in content


@pytest.mark.parametrize(
    ("id", "args", "said"),
    [
        ("nobody", [], "nobody to send to"),
        ("two things", ["--dead", "--retry"], "exclude each other"),
        ("no server", ["--to", "un@ars.example"], "mail.host is missing"),
        ("no address", ["--to", "un"], "recipient 1"),
        ("no file", ["--config", "none.toml"], "cannot be read"),
    ],
)
def test_wrong_use_is_told(place: Path, id: str, args: list[str], said: str) -> None:
    done = run(*args)
    told = done.output + str(done.exception or "")
    assert said in told and "ars.example" not in told
    assert done.exit_code == 2 or isinstance(done.exception, SettingsError)
    assert not (place / "vigie.duckdb.outbox").exists()


def test_the_exit_code_of_wrong_use_is_two(place: Path) -> None:
    """As a process: the entry point tells errors."""
    done = subprocess.run(
        [sys.executable, "-m", "vigie.cli", "digest", "--to", "un"], capture_output=True, text=True, check=False, cwd=place
    )  # fmt: skip
    assert done.returncode == 2 and "recipient 1" in done.stderr and done.stdout == ""


def test_time_is_real_in_the_verb() -> None:
    """The tests above set the clock; by default it is that of the machine."""
    import inspect

    assert inspect.signature(deliver).parameters["clock"].default is time.time
