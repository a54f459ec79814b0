"""Accounts without pages: passwords, sessions, tokens, waits, roles, the log; and the verbs."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner, Result

from accounts_desks import CHEAP, PASSWORD, Clock, Place
from vigie.accounts.audit import Audit
from vigie.accounts.desk import Desk, SignInError, desk_file
from vigie.accounts.file import File
from vigie.accounts.passwords import Hasher, common, fault
from vigie.accounts.people import Account, AccountError
from vigie.accounts.records import ANONYMOUS, LOCAL, ROLES, SCOPES, Right, Who
from vigie.accounts.rules import rules
from vigie.accounts.throttle import WaitError
from vigie.cli import app
from vigie.cli.doctor import accounts as doctor_accounts
from vigie.model.errors import StoreError


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.desk.close()


# Who may what

MAY = {
    "public": set(),
    "reader": {"read"},
    "reviewer": {"read", "review"},
    "editor": {"read", "review", "adjudicate"},
    "admin": {"read", "review", "adjudicate", "manage"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_those_before_it_may(role: Any) -> None:
    rights = set(get_args(Right))
    assert {r for r in rights if Who(id="a", role=role, via="session").may(r)} == MAY[role]
    token = Who(id="a", role=role, via="token", scopes=frozenset(SCOPES))
    assert {r for r in rights if token.may(r)} == MAY[role] & {"read", "review"}
    assert not any(Who(id="a", role=role, via="token", scopes=frozenset()).may(r) for r in rights)
    assert {r for r in rights if ANONYMOUS.may(r)} == set()
    assert {r for r in rights if LOCAL.may(r)} == rights


# Passwords

PASSWORDS = [
    # id, password, login, fault
    ("words", PASSWORD, "ada", None),
    ("fifteen", "glacier-brumeux", "ada", None),
    ("no_composition_needed", "septembre orange tuile", "ada", None),
    ("short", "Tr0ub4dor&3", "ada", "short"),
    ("empty", "", "ada", "short"),
    ("too_long", "lac de montagne " * 20, "ada", "long"),
    ("common_with_a_tail", "password1234567!", "ada", "common"),
    ("common_leet", "P@ssw0rd-2026-2026", "ada", "common"),
    ("french", "motdepasse2026!!", "ada", "common"),
    ("accents_and_capitals", "MotDePâsse-2026!", "ada", "common"),
    ("twice", "soleil2026soleil!", "ada", "common"),
    ("one_letter", "aaaaaaaaaaaaaaaa", "ada", "simple"),
    ("one_piece", "lacbleulacbleulacbleu", "ada", "simple"),
    ("a_row_of_keys", "azertyuiopqsdfghjklm", "ada", "simple"),
    ("backwards", "9876543210poiuytreza", "ada", "simple"),
    ("the_login", "ada.lovelace-2026", "ada.lovelace", "name"),
    ("login_among_words", "ada.lovelace aime les bateaux", "ada.lovelace", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("password", "name", "expected"), [c[1:] for c in PASSWORDS], ids=[c[0] for c in PASSWORDS]
)
def test_passwords_that_are_taken(password: str, name: str, expected: str | None) -> None:
    assert fault(password, name, rules()) == expected


def test_a_password_of_the_list_is_only_refused_by_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the defence it would be taken."""
    assert fault("basketball-20-26", "ada", rules()) == "common"
    monkeypatch.setattr("vigie.accounts.passwords.common", frozenset)
    assert fault("basketball-20-26", "ada", rules()) is None


def test_the_list_is_long_sorted_and_as_it_is_compared() -> None:
    assert len(common()) > 25_000
    assert {"password", "iloveyou", "dragon"} <= common()
    assert "basketball" in common()


def test_production_hashes_cost_what_owasp_asks_for(tmp_path: Path) -> None:
    assert rules().strong
    assert not replace(rules(), **CHEAP).strong
    kept = Hasher(rules()).hash(PASSWORD)
    assert kept.startswith("$argon2id$") and f"m={rules().memory_kib},t={rules().passes},p=1" in kept
    assert rules().least >= 15


def test_hashes_become_dearer_at_the_next_sign_in(place: Place) -> None:
    dearer = place.again(passes=2)
    account = dearer.authenticate("reader-one", PASSWORD)
    assert ",t=2," in (dearer.people.hash_of(account) or "")
    assert dearer.authenticate("reader-one", PASSWORD).id == account.id


def test_two_keyboards_write_one_password(place: Place) -> None:
    """ "é" as one code point or as two."""
    place.desk.people.set_password(place.desk.people.named("reader-one"), "rivière profonde au nord")
    decomposed = "rivie\u0300re profonde au nord"
    assert place.desk.authenticate("reader-one", decomposed).name == "reader-one"


# Nothing that opens a door is in the file


def test_the_file_holds_hashes_only_and_is_for_its_owner(place: Place) -> None:
    desk = place.desk
    account = desk.authenticate("reader-one", PASSWORD)
    cookie, device = desk.sign_in(account), desk.sessions.know(account.id)
    secret, _ = desk.tokens.make(account.id, ["read"])
    with pytest.raises(SignInError):
        desk.authenticate("my-password-in-the-wrong-field", "x")
    kept = place.everything()
    for opening in (
        PASSWORD,
        cookie,
        device,
        secret,
        secret.removeprefix("vigie_"),
        "my-password-in-the-wrong-field",
    ):
        assert opening.encode() not in kept
    assert b"reader-one" in kept  # the search would find them
    modes = {
        p.name: stat.S_IMODE(p.stat().st_mode) for p in (place.path.parent, *place.path.parent.iterdir())
    }
    assert {mode & 0o077 for mode in modes.values()} == {0}


def test_a_file_of_a_newer_version_and_a_broken_one_are_named(tmp_path: Path, place: Place) -> None:
    file = File.open(tmp_path / "other.sqlite3")
    file.run("PRAGMA user_version = 9")
    file.close()
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database at all, but long enough to be read as one" * 50)
    for path in (tmp_path / "other.sqlite3", broken):
        with pytest.raises(StoreError, match=path.name):
            Desk.open(path)


# Sessions


def test_sessions_end_by_disuse_and_by_age(place: Place) -> None:
    desk, clock = place.desk, place.clock
    cookie = desk.sign_in(desk.people.named("reader-one"))
    for _ in range(11):  # used, an hour apart all but a minute
        clock.at += place.rules.idle - 60
        assert desk.of_session(cookie)
    assert clock.at - 1_790_000_000 < place.rules.longest
    clock.at = 1_790_000_000 + place.rules.longest
    assert desk.of_session(cookie) is None
    unused = desk.sign_in(desk.people.named("reader-one"))
    clock.at += place.rules.idle
    assert desk.of_session(unused) is None
    assert desk.sessions.of(place.ids["reader"]) == []


ENDING: list[tuple[str, Callable[[Desk, str], object]]] = [
    ("role", lambda desk, id_: desk.people.set_role(desk.people.of(id_), "public")),
    ("disabled", lambda desk, id_: desk.people.set_disabled(desk.people.of(id_), True)),
    ("password", lambda desk, id_: desk.people.set_password(desk.people.of(id_), "une autre phrase longue")),
    ("removed", lambda desk, id_: desk.people.remove(desk.people.of(id_))),
    ("many", lambda desk, id_: [desk.sessions.begin(id_) for _ in range(rules().sessions)]),
]


@pytest.mark.parametrize("change", [c[1] for c in ENDING], ids=[c[0] for c in ENDING])
def test_what_ends_a_session(place: Place, change: Callable[[Desk, str], object]) -> None:
    cookie = place.desk.sign_in(place.desk.people.named("reader-one"))
    assert place.desk.of_session(cookie)
    change(place.again(), place.ids["reader"])  # by another process
    assert place.desk.of_session(cookie) is None


def test_a_new_role_counts_at_once_for_tokens(place: Place) -> None:
    secret, _ = place.desk.tokens.make(place.ids["reviewer"], ["review"])
    found = place.desk.of_token(secret)
    assert found is not None and found.may("review") and found.may("read") and not found.exports
    place.desk.people.set_role(place.desk.people.of(place.ids["reviewer"]), "reader")
    found = place.desk.of_token(secret)
    assert found is not None and not found.may("review") and found.may("read")


# Tokens


def test_tokens_end_are_revoked_and_counted(place: Place) -> None:
    desk, owner = place.desk, place.ids["reader"]
    secret, record = desk.tokens.make(owner, ["export"], label="tableau", days=3)
    assert len(secret) == 49 and secret.startswith("vigie_")
    assert record.scopes == {"read", "export"}
    place.clock.at += 2 * 86400
    assert desk.of_token(secret) == Who(
        id=owner, name="reader-one", role="reader", via="token", scopes=record.scopes
    )
    (seen,) = desk.tokens.of(owner)
    assert seen.used_at is not None and seen.used_at % 86400 == 0  # the day, not the moment
    place.clock.at += 86400
    assert desk.of_token(secret) is None
    other, record = desk.tokens.make(owner, ["read"])
    assert desk.tokens.revoke(owner, record.id) and not desk.tokens.revoke(owner, record.id)
    assert desk.of_token(other) is None
    live, _ = desk.tokens.make(owner, ["read"])
    desk.people.set_disabled(desk.people.of(owner), True)
    assert desk.of_token(live) is None


NO_TOKENS = [
    ("no_scope", {"scopes": []}, "scopes"),
    ("more_than_there_is", {"scopes": ["read", "manage"]}, "scopes"),
    ("for_ever", {"scopes": ["read"], "days": 4000}, "days"),
    ("no_day", {"scopes": ["read"], "days": 0}, "days"),
    ("label", {"scopes": ["read"], "label": "<script>"}, "label"),
]


@pytest.mark.parametrize(("given", "code"), [c[1:] for c in NO_TOKENS], ids=[c[0] for c in NO_TOKENS])
def test_tokens_that_are_not_made(place: Place, given: dict[str, Any], code: str) -> None:
    with pytest.raises(AccountError) as error:
        place.desk.tokens.make(place.ids["reader"], **given)
    assert error.value.code == code
    assert place.desk.tokens.of(place.ids["reader"]) == []


@pytest.mark.parametrize(
    "secret", ["", "vigie_", "vigie_" + "a" * 43, "x" * 10_000, "vigie_é" + "a" * 42, "\ud800"]
)
def test_what_is_no_token(place: Place, secret: str) -> None:
    assert place.desk.of_token(secret) is None


# Accounts

NO_ACCOUNTS = [
    ("taken_in_capitals", "READER-ONE", "reader", PASSWORD, "taken"),
    ("a_space", "ada lovelace", "reader", PASSWORD, "name"),
    ("a_look_alike", "аda", "reader", PASSWORD, "name"),  # a Cyrillic letter
    ("a_line", "ada\nbob", "reader", PASSWORD, "name"),
    ("role", "ada", "owner", PASSWORD, "role"),
    ("password", "ada", "reader", "short", "password_short"),
]


@pytest.mark.parametrize(
    ("name", "role", "password", "code"), [c[1:] for c in NO_ACCOUNTS], ids=[c[0] for c in NO_ACCOUNTS]
)
def test_accounts_that_are_not_made(place: Place, name: str, role: Any, password: str, code: str) -> None:
    before = len(place.desk.people.all())
    with pytest.raises(AccountError) as error:
        place.desk.people.add(name, role, password)
    assert error.value.code == code
    assert len(place.desk.people.all()) == before


def test_the_last_admin_stays(place: Place) -> None:
    people = place.desk.people
    admin = people.named("admin-one")
    for change in (
        lambda: people.set_role(admin, "editor"),
        lambda: people.set_disabled(admin, True),
        lambda: people.remove(admin),
    ):
        with pytest.raises(AccountError) as error:
            change()
        assert error.value.code == "last_admin"
    people.add("second", "admin", PASSWORD)
    people.set_role(admin, "editor")
    assert people.named("admin-one").role == "editor"


def test_who_is_removed_leaves_an_id_only(place: Place) -> None:
    place.desk.people.remove(place.desk.people.named("editor-one"))
    place.desk.close()
    assert b"editor-one" not in place.everything()
    place.desk = place.again()
    assert place.ids["editor"] in {line.target for line in place.desk.audit.lines()}


# The log


def test_the_log_takes_codes_only(place: Place) -> None:
    for action, target, detail in (
        ("Une phrase", "", ""),
        ("review", "id", "Le gramme vaut 60 €"),
        ("review", "deux mots", ""),
        ("a", "", "x" * 500),
    ):
        with pytest.raises(ValueError, match="codes"):
            place.desk.log("local", action, target, detail)
    assert place.desk.verify_log() is None


def test_old_lines_go_and_the_log_says_so(place: Place) -> None:
    desk = place.desk
    count = len(list(desk.audit.lines()))
    printed = desk.audit.head()
    place.clock.at += 86400 * 400
    desk.log("local", "test.later")
    assert desk.audit.trim("2027-01-01", now=place.clock.at) == count
    assert [line.action for line in desk.audit.lines()] == ["test.later", "log.trim"]
    assert desk.verify_log() is None
    assert desk.verify_log(desk.audit.head()) is None
    assert desk.verify_log(printed) is None  # the last of those that went
    assert "tells nothing" in (desk.verify_log("1:" + "0" * 32) or "")
    desk.log("local", "test.after")
    assert desk.audit.trim("2027-01-01", now=place.clock.at) == 0
    assert place.again().verify_log() is None


class Killed(BaseException):
    """The process is stopped here."""


CHANGES: list[tuple[str, Callable[[Desk, Account], object]]] = [
    ("role", lambda desk, one: desk.people.set_role(one, "editor")),
    ("disabled", lambda desk, one: desk.people.set_disabled(one, True)),
    ("account", lambda desk, one: desk.people.add("new-one", "reader")),
    ("removed", lambda desk, one: desk.people.remove(one)),
    ("token", lambda desk, one: desk.tokens.make(one.id, ["read"])),
    ("trim", lambda desk, one: desk.audit.trim("2027-01-01", now=desk.now())),
]


@pytest.mark.parametrize("change", [c[1] for c in CHANGES], ids=[c[0] for c in CHANGES])
@pytest.mark.parametrize("stop", ["before_commit", "after_commit", "between_the_two_of_a_trim"])
def test_a_stop_at_any_point_is_no_alarm(
    place: Place, monkeypatch: pytest.MonkeyPatch, stop: str, change: Callable[[Desk, Account], object]
) -> None:
    """The head of a line is told once the line is safe: a head without its line would be an alarm for ever."""
    desk, before = place.desk, place.desk.audit.head()
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        if stop == "before_commit":
            with desk._file.transaction():
                change(desk, desk.people.of(place.ids["reader"]))
                assert before in desk.audit.heads.read_text().splitlines()[-1]
                raise Killed
        if stop == "after_commit":
            patch.setattr(Audit, "_tell", raising(Killed))
        else:
            patch.setattr(File, "run", stopping(File.run, "UPDATE audit_start"))
        change(desk, desk.people.of(place.ids["reader"]))
    assert place.again().verify_log() is None
    after = place.again()
    after.log("local", "test.after")
    assert after.verify_log() is None
    assert after.audit.trim("2027-01-01", now=place.clock.at) > 0  # what was not removed goes the next time
    assert place.again().verify_log() is None


def raising(error: type[BaseException]) -> Callable[..., None]:
    def stop(*_: object) -> None:
        raise error

    return stop


def stopping(real: Callable[..., int], at: str) -> Callable[..., int]:
    def run(self: File, sql: str, *values: object) -> int:
        if sql.startswith(at):
            raise Killed
        return real(self, sql, *values)

    return run


def test_a_commit_that_fails_leaves_the_file_usable(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: nothing is kept, no head is told, and the next change goes through."""
    desk, told = place.desk, place.desk.audit.heads.read_text()
    real = desk._file._connection

    class Full:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def execute(self, sql: str, *values: object) -> object:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return real.execute(sql, *values)

    with monkeypatch.context() as patch:
        patch.setattr(desk._file, "_connection", Full())
        with pytest.raises(sqlite3.OperationalError):
            desk.log("local", "test.line")
    assert desk.audit.heads.read_text() == told and desk.verify_log() is None
    desk.log("local", "test.line")
    assert desk.verify_log() is None


def test_heads_go_where_the_owner_wants_them(tmp_path: Path) -> None:
    apart = tmp_path / "apart.heads"
    desk = Desk.open(
        tmp_path / "x.desk" / "accounts.sqlite3", rules_=replace(rules(), **CHEAP), heads=apart, clock=Clock()
    )
    desk.people.add("ada", "admin", PASSWORD)
    assert apart.read_text() == desk.audit.head() + "\n"
    apart.unlink()
    assert "gone" in (desk.verify_log() or "")


# Words


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    read = {
        lang: tomllib.loads((files("vigie") / "data" / "accounts" / f"words.{lang}.toml").read_text("utf-8"))
        for lang in ("fr", "en")
    }
    flat = {
        lang: {f"{table}.{key}": text for table, rows in words.items() for key, text in rows.items()}
        for lang, words in read.items()
    }
    assert set(flat["fr"]) == set(flat["en"])
    assert {k for k in flat["fr"] if flat["fr"][k].count("{") != flat["en"][k].count("{")} == set()
    assert {
        k for k in flat["fr"] if " ;" in flat["fr"][k] or " :" in flat["fr"][k] or " ?" in flat["fr"][k]
    } == set()
    for role in ROLES:
        assert role in read["fr"]["roles"]
    assert set(read["fr"]["scopes"]) == SCOPES


# The verbs


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Verbs with cheap hashes, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_STORE", raising=False)
    monkeypatch.setattr("vigie.accounts.desk.rules", lambda: replace(rules(), **CHEAP))
    return tmp_path / "vigie.duckdb"


def run(*args: str, given: str = "") -> Result:
    return CliRunner().invoke(app, ["account", *args], input=given)


def rows(*args: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run(*args, "--format", "json").stdout.splitlines()]


def test_the_life_of_an_account_by_verbs(cheap: Path) -> None:
    assert run("list").exit_code == 1  # none yet, and none is made by looking
    assert not desk_file(cheap).exists()
    assert run("add", "ada", "--role", "admin", given=f"{PASSWORD}\n").exit_code == 0
    assert run("add", "bo", "--role", "reader", given="short\n").exit_code == 1
    assert run("add", "bo", "--role", "reader").exit_code == 2  # no password at all
    assert run("add", "bo@observatory.example", "--role", "reader", "--no-password").exit_code == 0
    assert run("role", "bo@observatory.example", "reviewer").exit_code == 0
    assert run("disable", "bo@observatory.example").exit_code == 0
    assert [(r["name"], r["role"], r["state"], r["signs in by"]) for r in rows("list")] == [
        ("ada", "admin", "active", "password"), ("bo@observatory.example", "reviewer", "disabled", "provider"),
    ]  # fmt: skip
    assert run("enable", "bo@observatory.example").exit_code == 0
    assert run("password", "ada", given="une phrase bien plus longue\n").exit_code == 0
    made = run("token", "ada", "--scope", "export", "--days", "7", "--label", "tableau")
    assert made.stdout.startswith("vigie_") and made.stdout.count("\n") == 1
    (token,) = rows("token", "ada", "--list")
    assert (token["scopes"], token["label"], token["state"]) == ("export read", "tableau", "good")
    assert made.stdout.strip() not in json.dumps(token)
    assert run("token", "ada", "--revoke", token["id"]).exit_code == 0
    assert run("token", "ada", "--revoke", token["id"]).exit_code == 1
    assert run("role", "ada", "reader").exit_code == 1  # the last admin
    assert run("remove", "bo@observatory.example").exit_code == 0
    assert run("remove", "nobody").exit_code == 1
    actions = [r["action"] for r in rows("log")]
    assert actions == [
        "account.add", "account.add", "account.role", "account.disable", "account.enable", "account.password", "token.add", "token.revoke",
        "account.remove",
    ]  # fmt: skip
    assert run("log", "--forget-before", "2999-01-01").exit_code == 2


def test_doctor_prints_the_head_and_finds_what_is_open(cheap: Path) -> None:
    assert list(doctor_accounts(cheap)) == []
    run("add", "ada", "--role", "admin", given=f"{PASSWORD}\n")
    check, _ = doctor_accounts(cheap)
    head = desk_file(cheap).with_name("audit.heads").read_text().strip()
    assert check.state == "ok" and head in check.found
    assert run("log", "--head", head).exit_code == 0
    assert run("log", "--head", f"1:{'0' * 32}").exit_code == 1
    desk_file(cheap).chmod(0o644)
    assert [c.state for c in doctor_accounts(cheap)] == ["ok", "ok", "fault"]


def test_waits_are_for_one_name_and_for_all_strangers_together(place: Place) -> None:
    desk = place.desk
    for _ in range(place.rules.free):
        with pytest.raises(SignInError):
            desk.authenticate("reader-one", "wrong")
    with pytest.raises(WaitError) as error:
        desk.authenticate("reader-one", PASSWORD)
    assert error.value.seconds == place.rules.first_wait and not error.value.total
    assert desk.authenticate("editor-one", PASSWORD)  # another name does not wait
    place.clock.at += place.rules.first_wait
    assert desk.authenticate("reader-one", PASSWORD)
    for number in range(place.rules.burst):  # one password, many names
        with pytest.raises((SignInError, WaitError)):
            desk.authenticate(f"name{number}", "wrong")
    with pytest.raises(WaitError) as error:
        desk.authenticate("name-of-another", "wrong")
    assert error.value.total


def test_the_file_of_accounts_held_by_another_is_busy_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.accounts.file._WAIT", 0.1)
    path = tmp_path / "accounts.sqlite3"
    one = File.open(path)
    with one.transaction():
        other = File.open(path)  # to read, nobody waits
        with pytest.raises(StoreError, match=r"busy.*run again") as error, other.transaction():
            pass
        assert "move it away" not in str(error.value)
    one.close()
    other.close()
    for beside in tmp_path.iterdir():
        beside.write_bytes(b"no database" * 400)
    with pytest.raises(StoreError, match=r"damaged.*move it away"):
        File.open(path)
    (tmp_path / "link.sqlite3").symlink_to(path)
    with pytest.raises(StoreError, match="FileExistsError"):
        File.open(tmp_path / "link.sqlite3")
