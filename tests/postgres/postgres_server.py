"""A PostgreSQL server of the tests' own: a fresh folder, a loopback port, fsync on, gone in the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PASSWORD = "s3cr3t-of-the-tests/@:%"
IN_ADDRESS = "s3cr3t-of-the-tests%2F%40%3A%25"


def binaries() -> Path | None:
    """The folder of initdb and postgres; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there and shutil.which("postgres") else None


class PrivateServer:
    """`start` it before use; `kill` ends it at once, as when the power goes."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="vigie-postgres-"))
        self.data = self.folder / "data"
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._user = None if os.getuid() else pwd.getpwnam("postgres")  # root may not run a server
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run(
            [str(programs / "initdb"), "-D", str(self.data), "-U", "vigie", "-A", "scram-sha-256", f"--pwfile={secret}",
             "-E", "UTF8", "--locale=C", "--no-instructions"]
        )  # fmt: skip

    def _rights(self) -> dict[str, object]:
        return (
            {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        )

    def _run(self, command: list[str]) -> None:
        subprocess.run(
            command, check=True, capture_output=True, cwd=self.folder, **self._rights()  # type: ignore[call-overload]
        )  # fmt: skip

    def start(self) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder),
                   "-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "shared_buffers=32MB",
                   "-c", "log_min_messages=warning"]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self._rights()
            )
        until = time.monotonic() + 30
        while subprocess.run(
            [str(self.programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        ).returncode:
            if time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """Immediate stop: no checkpoint, no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str) -> str:
        return f"postgresql://vigie:{IN_ADDRESS}@127.0.0.1:{self.port}/{database}"

    def sql(self, sql: str, database: str = "postgres") -> list[list[str]]:
        """Rows as texts, by psql."""
        done = subprocess.run(
            [str(self.programs / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "vigie", "-d", database,
             "-XAtq", "-F", "\t", "-c", sql],
            check=True, capture_output=True, text=True, env=os.environ | {"PGPASSWORD": PASSWORD},
        )  # fmt: skip
        return [line.split("\t") for line in done.stdout.splitlines()]
