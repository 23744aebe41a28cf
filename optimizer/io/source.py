"""Open the files of a study: every way in which a path can fail is a fault, never a traceback."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optimizer.errors import Fault, Faults, limit_met, said, shown
from optimizer.io.bounds import MAX_BYTES
from optimizer.io.wording import near

SHARED = "../../../tables/"
"""Where the study of a sweep's plan, DIR/plans/CASE/study, finds the tables that the plans of the sweep share."""
MADE_UP = "is made up by the system: it is no file on a disk"
_SYSTEM = ("/proc", "/sys")  # of Linux; what lies in /dev is a device, or in /dev/shm a file like others
_ITSELF = "name the file itself"
_BINARY = {  # by the bytes that such a file begins with
    b"PK\x03\x04": "an archive or a workbook",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Excel workbook",
    b"PAR1": "Parquet",
    b"SQLite format 3": "a database",
    b"\x89HDF": "HDF5 or netCDF",
    b"CDF\x01": "netCDF",
    b"CDF\x02": "netCDF",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}


@dataclass
class Source:
    """Reads files for one study and remembers what was read: ``inputs`` maps each path to its sha256.

    ``tell`` hears what is done at the moment; ``opened`` keeps workbooks by their sha256.
    """

    faults: Faults
    inputs: dict[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _: None
    opened: dict[str, Any] = field(default_factory=dict)

    def read(self, path: Path, name: str) -> bytes | None:
        """Return the bytes of a file known to the planner as ``name``, or None and a fault."""
        try:
            content = regular_bytes(path, name)
        except (OSError, ValueError) as error:
            self.faults.add(path_fault(path, name, error))
            return None
        if isinstance(content, Fault):
            self.faults.add(content)
            return None
        self.inputs[name] = hashlib.sha256(content).hexdigest()
        return content

    def read_text(self, path: Path, name: str) -> str | None:
        """Return the text of a UTF-8 file, with or without BOM, or None and a fault."""
        content = self.read(path, name)
        return None if content is None else decoded(content, name, self.faults)


def regular_bytes(path: Path, name: str) -> bytes | Fault:
    """Return the bytes of a regular file, or what it is instead; nothing is waited for. Raises OSError, ValueError."""
    if odd := irregular(path, name):
        return odd
    with open(path, "rb", opener=lambda place, flags: os.open(place, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(size + 1)  # what is no file on a disk may never end
    if content is None or len(content) > size:
        return Fault(name, "gives more bytes than it says: it is being written, or is no file on a disk", cure=_ITSELF)
    return bytes(content)


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises OSError, also where it is none."""
    content = regular_bytes(path, path.name)
    if isinstance(content, Fault):
        raise OSError(errno.EINVAL, content.reason, str(path))
    return content


def irregular(path: Path, name: str) -> Fault | None:
    """Say what is no regular file of a size that is read, or None; nothing is opened. Raises OSError, ValueError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or name.endswith("/"):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        kind = "named as a folder" if stat.S_ISREG(status.st_mode) else kind
        return Fault(name, f"is {kind} where a file is meant", cure=_ITSELF)
    if is_made_up(path):
        return Fault(name, MADE_UP, cure="name a file of your own")
    if status.st_size > MAX_BYTES:
        size_mb = status.st_size // 1_000_000
        reason = f"holds {size_mb:,} MB; the limit is {MAX_BYTES // 1_000_000:,} MB"
        return Fault(name, reason, cure="leave out what the study does not need")
    return None


def is_made_up(path: Path) -> bool:
    """Whether a path lies where no file is on a disk."""
    return any(path.resolve().is_relative_to(place) for place in _SYSTEM)


def path_fault(path: Path, name: str, error: OSError | ValueError) -> Fault:
    """Say why a path can't be read."""
    if isinstance(error, ValueError):
        return Fault(name, "is no path", cure="write the path of a file, relative to study.toml")
    if isinstance(error, FileNotFoundError) and name.startswith(SHARED):
        cure = "put the plan back into plans/ of its sweep; rackgrid export CASE --to folder there makes it whole"
        return Fault(name, "is a table that the plan shares with its sweep, and is not there", cure=cure)
    if isinstance(error, FileNotFoundError):
        typed = Path.cwd() / name == path  # in a call, or in the study of this very folder
        relative = "" if typed else "; paths of a study are relative to its study.toml"
        if path.is_symlink():
            return Fault(name, "is a link to what is not there", cure=_ITSELF)
        cure = _nearest_file(path) or f"correct its path{relative}"
        return Fault(name, "there is no such file", cure=cure)
    if isinstance(error, NotADirectoryError):
        return Fault(name, "there is no such file: a part of its path is a file, not a folder", cure="correct its path")
    if isinstance(error, PermissionError):
        return Fault(name, "can't be read: permission denied", cure="make the file readable")
    if error.errno == errno.ELOOP:
        return Fault(name, "is a link that leads in a circle", cure=_ITSELF)
    if error.errno == errno.ENAMETOOLONG:
        return Fault(name, "is too long for a path", cure="name a shorter one")
    return Fault(name, f"can't be read: {shown(said(error))}", cure=limit_met(error))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the cure that names the known word nearest to this one, or ""."""
    names = list(known)
    found = near(word, names) if len(names) <= 20_000 else ""
    return f'did you mean "{shown(found, 60)}"?' if found else ""


def decoded(content: bytes, name: str, faults: Faults) -> str | None:
    """Decode UTF-8, or name the line where a file stops being UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(Fault(name, "is UTF-16 text", cure="save it as UTF-8"))
        return None
    if kind := kind_of(content):
        cure = "save the table as CSV, Parquet or .xlsx, with geometry as GeoJSON or GeoPackage"
        faults.add(Fault(name, f"is {kind}, which this release does not read", cure=cure))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        faults.add(Fault(name, f"holds the byte 0x{byte:02x}, which is not UTF-8", line, cure="save it as UTF-8"))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        faults.add(Fault(name, "holds a NUL character: is it a text file?", line, cure="save it as UTF-8 text"))
        return None
    return text


def kind_of(content: bytes) -> str:
    """Say what a file is that is no text, by the bytes it begins with, or ""."""
    return next((kind for start, kind in _BINARY.items() if content.startswith(start)), "")


def _nearest_file(path: Path) -> str:
    try:
        return nearest(path.name, (p.name for p in path.parent.iterdir()))
    except (OSError, ValueError):
        return ""
