"""A preview in a process of its own, as a newcomer runs it; one and the same for all tests that only look at it through its address."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from bot.settings import Settings
from tests.conftest import ROOT

STARTS_WITHIN_S = 30
STOPS_WITHIN_S = 5


@dataclass
class Preview:
    """The process and what it printed first."""

    process: "subprocess.Popen[str]"
    address: str

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C. Returns the exit code and the rest of standard output."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=STOPS_WITHIN_S)
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            return code, stdout.read()


def start(folder: Path, *arguments: str, stderr: IO[str] | None = None) -> Preview:
    """Run it in an empty folder; it is ready when its address has been read."""
    unset = {*Settings.model_fields, "pythonunbuffered"}  # nothing may be there but what a newcomer has
    environment = {name: value for name, value in os.environ.items() if name.lower() not in unset}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "preview", "--no-browser", *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "QUESTIONS_DIR": str(ROOT / "questions")},
        stdout=subprocess.PIPE,
        stderr=stderr or subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    too_late = threading.Timer(STARTS_WITHIN_S, process.kill)  # or a preview that prints nothing would be waited for without end
    too_late.start()
    line = process.stdout.readline()
    too_late.cancel()
    return Preview(process, line.removeprefix("Preview: ").strip())


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a preview runs."""
    preview = start(tmp_path_factory.mktemp("preview"), "--port", "0")
    try:
        yield preview.address
    finally:
        preview.interrupt()
