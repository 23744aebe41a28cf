"""A sweep on workers of dask: of this machine or by address, killed or of other versions, and always the same table."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from optimizer import InputError, verify
from optimizer.sweeps import Sweep, cluster, remote
from optimizer.sweeps.identity import versions
from tests.sweeps import campaign

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return campaign.run(tmp_path_factory.mktemp("swept") / "sweep")


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler with two workers, three processes that were started separately."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    path = os.pathsep.join(p for p in (str(campaign.ROOT), os.environ.get("PYTHONPATH", "")) if p)
    host, port = address.split(":")
    heart = ["distributed.cli.dask_scheduler", "--host", host, "--port", port, "--no-dashboard"]
    hand = ["distributed.cli.dask_worker", f"tcp://{address}", "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in (heart, hand, hand)
    ]
    yield f"tcp://{address}"
    for process in started:
        process.kill()
        process.wait()


@contextmanager
def taken_port() -> Iterator[None]:
    """Hold the port at which dask shows its dashboard, unless someone else has it."""
    with socket.socket() as other:
        with suppress(OSError):
            other.bind(("127.0.0.1", 8787))
            other.listen()
        yield


def preloaded(name: str, others: Mapping[str, object] = MappingProxyType({})) -> AbstractContextManager[object]:
    """Let workers begin with a module of this folder."""
    place = str(Path(campaign.__file__).with_name(name))
    return dask.config.set({"distributed.worker.preload": [place], **others})


def same(folder: Path, swept: Sweep) -> bool:
    return (folder / "cases.parquet").read_bytes() == (swept.folder / "cases.parquet").read_bytes()


def test_by_address_the_table_is_the_same(
    swept: Sweep, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", campaign.FAILSAFE_S)  # it may still be starting
    found = campaign.run(tmp_path / "sweep", cluster=scheduler)
    assert same(found.folder, swept)
    assert all(verify(found.folder / plan).ok for plan in set(found.cases["plan"]) if plan)
    again = campaign.run(tmp_path / "other", cluster=scheduler)  # the workers still serve
    assert same(again.folder, swept)


def test_case_that_kills_its_worker_is_a_row(swept: Sweep, tmp_path: Path) -> None:
    with preloaded("killer.py", {"distributed.scheduler.allowed-failures": 0}):  # each death takes a start
        found = campaign.run(tmp_path / "sweep", workers=2)
    rest = [0, 2, 3, 4]
    assert found.cases["status"][1] == "failed"
    assert "KilledWorker" in found.cases["reason"][1], found.cases["reason"].tolist()
    pd.testing.assert_frame_equal(found.cases.iloc[rest], swept.cases.iloc[rest])
    campaign.run(tmp_path / "sweep", retry=True)
    assert same(tmp_path / "sweep", swept)


@linux
def test_killed_worker_loses_nothing_and_says_nothing(
    swept: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sweep"
    monkeypatch.setenv(campaign.MARK, str(folder))
    with preloaded("holder.py"), taken_port(), warnings.catch_warnings(), ThreadPoolExecutor(1) as pool:
        warnings.simplefilter("error")
        running = pool.submit(campaign.run, folder, workers=2)
        campaign.wait_for(folder, " sent", 2)
        campaign.kill(campaign.processes(folder, "spawn_main")[-1])  # all of them are at a case, and wait
        (tmp_path / campaign.GO).touch()
        running.result(campaign.FAILSAFE_S)
    assert same(folder, swept)
    assert campaign.solved_twice(folder) == []
    assert campaign.gone(folder)
    assert [line for line in capfd.readouterr().err.splitlines() if not re.match(r"\d of 5 cases", line)] == []


@linux
def test_killed_sweep_goes_on(swept: Sweep, tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    process = campaign.start(folder, 2)
    campaign.wait_for(folder, " ended ", 2)
    campaign.kill(process.pid)
    process.wait()
    assert campaign.gone(folder)
    campaign.run(folder)
    assert same(folder, swept)
    assert campaign.solved_twice(folder) == []


def test_no_scheduler_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_S", 1.0)
    with pytest.raises(InputError, match="no scheduler answers"):
        campaign.run(tmp_path / "sweep", cluster="tcp://127.0.0.1:9")


def test_other_versions_are_refused() -> None:
    class Client:
        def wait_for_workers(self, _n: int, *, timeout: float) -> None:
            assert timeout

        def run(self, _function: object) -> dict[str, dict[str, str]]:
            return {"tcp://a": versions(), "tcp://b": versions() | {"highspy": "1.0"}}

    with pytest.raises(InputError, match=r"tcp://b the worker has highspy 1\.0 instead of"):
        cluster._check(Client())
    assert remote.solve_there("x", {}, b"", "run", {"rackgrid": "0"}).status == "failed"


def test_workers_that_a_limit_keeps_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise RuntimeError("Cluster failed to start: no file") from OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("distributed.LocalCluster", refused)
    words = "--workers: can't be started: Cluster failed to start: no file – raise the limit of open files: ulimit -n"
    with pytest.raises(InputError, match=words), cluster.connected(None, 1, 1):
        pass
