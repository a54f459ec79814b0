"""The verb that gives empty forms: template field-note."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import typer

from vigie.cli.app import SOME_REFUSED, WRONG_USE, app
from vigie.cli.output import fail, say, write

template_app = typer.Typer(
    help="Empty forms to fill in.\n\nExample: vigie template field-note",
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(template_app, name="template")


class Form(str, Enum):  # noqa: UP042 - typer reads the values through str
    """Of a file."""

    MD = "md"
    ODT = "odt"


class Tongue(str, Enum):  # noqa: UP042 - the same
    """Of its words."""

    FR = "fr"
    EN = "en"


FORMAT = typer.Option(Form.MD, "--format", help="Markdown, or OpenDocument for word processors.")
LANG = typer.Option(Tongue.FR, "--lang", help="Language of labels and hints; both are read.")
OUT = typer.Option(
    None, "--out", metavar="FILE", help="File to write; without it Markdown goes to standard output."
)


@template_app.callback()
def template() -> None:
    """Empty forms to fill in."""


@template_app.command(name="field-note")
def field_note(format: Form = FORMAT, lang: Tongue = LANG, out: Path | None = OUT) -> None:
    """An empty field note: place, period, product, price, form, effects, way of buying, who (a role), how sure.

    Fill it in and give it to vigie add or vigie import field-notes; vigie serve has the same as a page.

    \b
    Example:
      vigie template field-note --out note.md
      vigie template field-note --format odt --lang en --out note.odt
    """
    from vigie.intake.note_template import markdown, odt

    if out is None:
        if format is Form.ODT:
            raise fail("--format odt needs --out FILE", WRONG_USE)
        write(markdown(lang.value))
        return
    data = odt(lang.value) if format is Form.ODT else markdown(lang.value).encode()
    try:
        with out.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise fail(
            f"{out} is there already, and may be filled in: choose another name", SOME_REFUSED
        ) from None
    except OSError as error:
        raise fail(f"{out}: {error.strerror or 'cannot be written'}", SOME_REFUSED) from None
    say(f"{out}")
