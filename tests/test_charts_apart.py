"""Figures drawn in a process of their own: the same bytes, a new process where the old one is large, gone or late, and none left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.charts import Bar, Figure, bars, draw
from vigie.charts.apart import Artist, DrawingError


@pytest.fixture(scope="module")
def figure() -> Figure:
    found = bars("prices", "Prix", [Bar(name="<é&", value=60.0)], lang="fr")
    assert found is not None
    return found


@pytest.fixture
def artist() -> Iterator[Artist]:
    made = Artist()
    yield made
    made.close()


def broken(figure: Figure) -> Figure:
    return replace(figure, make_spec=lambda: "no specification")


def test_what_is_drawn_apart_is_what_is_drawn_here(artist: Artist, figure: Figure) -> None:
    assert artist.draw(figure, "svg", 390) == draw.svg(figure, 390).encode()
    assert artist.draw(figure, "png") == draw.png(figure)
    with pytest.raises(DrawingError, match="prices"):
        artist.draw(broken(figure), "svg")
    assert artist.draw(figure, "svg", 390) == draw.svg(figure, 390).encode()
    assert artist.started == 1  # what fails costs its own figure and no other


def test_a_process_that_is_large_or_gone_or_idle_is_followed_by_another(figure: Figure) -> None:
    small = Artist(most_bytes=1)
    assert small.draw(figure, "svg") == small.draw(figure, "svg")
    assert small.started == 2 and small._process is None
    idle = Artist(idle=0.05)
    idle.draw(figure, "svg")
    gone = idle._process
    deadline = time.monotonic() + 20
    assert gone is not None
    while gone.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert idle._process is None and gone.poll() is not None
    killed = Artist()
    killed.draw(figure, "svg")
    assert killed._process is not None
    killed._process.send_signal(signal.SIGKILL)
    killed._process.wait()
    assert killed.draw(figure, "svg") and killed.started == 2
    killed.close()


def test_a_drawing_that_takes_too_long_is_given_up(figure: Figure) -> None:
    late = Artist(late=0.0)
    with pytest.raises(DrawingError):
        late.draw(figure, "svg")
    assert late._process is None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_it_ends_with_its_program() -> None:
    """Also where that is killed and closes nothing."""
    code = (
        "from vigie.charts import Bar, bars\nfrom vigie.charts.apart import artist\nimport os, signal\n"
        "artist().draw(bars('x', 'x', [Bar(name='a', value=1)], lang='fr'), 'svg')\n"
        "print(artist()._process.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    child = int(done.stdout)
    deadline = time.monotonic() + 20
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(child)


def runs(process: int) -> bool:
    """One that has ended and is not collected yet, or whose number is another's, does not."""
    try:
        return b"apart" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def test_what_the_end_of_the_program_cuts_off_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_: bytes) -> bytes:
        raise EOFError

    artist = Artist()
    monkeypatch.setattr(artist, "_ask", cut)
    with pytest.raises(DrawingError):
        artist.javascript()
    artist.end()
    with pytest.raises(SystemExit):  # which ends a thread without a word
        artist.javascript()
