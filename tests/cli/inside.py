"""Run the program inside the test's own process, where starting one is not what is tested."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from optimizer.cli.main import main


def inside(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return what the fixture ``run`` returns, without a process: streams and exit code are those of ``main``."""

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        argv = ["rackgrid", *map(str, arguments)]
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n") for _ in range(2))
        code: object = "main came back"
        try:
            with chdir(folder), redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "argv", argv):
                main()
        except SystemExit as end:
            code = end.code or 0
        assert isinstance(code, int), code
        return subprocess.CompletedProcess(argv, code, _text(out), _text(err))

    return call


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")
