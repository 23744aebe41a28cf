"""Start a study in a folder that stands alone – a copy of the embedded one or a blank – whole or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from optimizer.errors import Fault, InputError, unwritable

from .blank import write_blank_files
from .editor import schema_text
from .embedded import embedded_study
from .scratch import NEW, PARTS, clear, scratch, swapped

_CURE = "name a new or empty folder"
# What a path of the embedded study becomes in the copy: in study.toml and in the links between the READMEs.
_MOVED = {
    "../../sites/": "sites/",
    "../../grids/us": "grid",
    "../openai-26gw/": "",
    "../studies/README.md": "../README.md",
    "../sites/README.md": "sites/README.md",
    "../grids/README.md": "grid/README.md",
}


def write_starter(folder: Path) -> Path:
    """Write a copy of the embedded study, its sites and its grid to ``folder``, new or empty, and return it."""
    study = embedded_study()
    return write_whole(folder, lambda fresh: copy_study(study, fresh))


def write_blank(folder: Path) -> Path:
    """Write the smallest study that solves, with templates, to ``folder``, new or empty, and return it."""

    def fill(fresh: Path) -> None:
        write_blank_files(fresh)
        _describe_keys(fresh)

    return write_whole(folder, fill)


def write_whole(folder: Path, write: Callable[[Path], object]) -> Path:
    """Make ``folder``, which must be new or empty, let ``write`` fill it, and return it.

    Raises InputError where it is neither or cannot be written; nothing is left behind then.
    """
    try:
        if folder.is_symlink() or folder.exists():
            if not folder.is_dir():
                raise _refusal(folder, "is a file where a new folder is meant")
            clear(folder)
            if any(folder.iterdir()):
                raise _refusal(folder, "is not empty")
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists() and _must_stay(folder):
            _fill(folder, write)
            return folder
        with swapped(folder) as fresh:  # beside the new or empty folder, then under its name
            write(fresh)
    except OSError as fault:
        raise unwritable(folder, fault, _CURE) from fault
    return folder


def _refusal(folder: Path, reason: str) -> InputError:
    return InputError([Fault(str(folder), reason, cure=_CURE)])


def _fill(folder: Path, write: Callable[[Path], object]) -> None:
    """Write inside an empty folder that must stay the same one, then move up; stopped half-way it is empty again."""
    with scratch(folder) as place:
        fresh = place / NEW
        fresh.mkdir()
        write(fresh)
        parts = sorted(fresh.iterdir(), key=lambda part: (part.name.startswith("study."), part.name))
        (place / PARTS).write_text("\n".join(part.name for part in parts), encoding="utf-8")
        for part in parts:
            part.replace(folder / part.name)


def _must_stay(folder: Path) -> bool:
    """Whether a shell stands in the folder, something is mounted there, or it is a link's end."""
    return folder.resolve() == Path.cwd() or folder.is_mount() or folder.is_symlink()


def _describe_keys(fresh: Path) -> None:
    """Put the schema of study.toml beside it and name it there, so that editors complete and explain its keys."""
    (fresh / "study.schema.json").write_bytes(f"{schema_text('study')}\n".encode())
    toml = fresh / "study.toml"
    toml.write_bytes(b"#:schema study.schema.json\n" + toml.read_bytes())


def copy_study(study: Path, fresh: Path) -> None:
    """Copy a study.toml, the embedded programme, sites/ and the grid with its variants; paths in texts follow."""
    root = study.parents[2]
    sources = {fresh: embedded_study().parent, fresh / "sites": root / "sites", fresh / "grid": root / "grids"}
    for target, source in sources.items():
        _copy_files(source, target)
    _copy_files(root / "grids" / "us", fresh / "grid")
    if (readme := root / "studies" / "README.md").is_file():
        _copy_text(readme, fresh / "README.md", {k: v for k, v in _MOVED.items() if k != "../studies/README.md"})
    _copy_text(study, fresh / "study.toml", _MOVED)
    _describe_keys(fresh)
    for part, link in (("sites", "../grids/README.md"), ("grid", "../sites/README.md")):
        if (text := fresh / part / "README.md").is_file():
            links = {"../studies/README.md": "../README.md", link: link.replace("grids", "grid")}
            _copy_text(text, text, links)


def _copy_files(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True, parents=True)
    for file in sorted(source.iterdir()):
        if file.is_file() and not file.name.startswith("."):
            shutil.copyfile(file, target / file.name)


def _copy_text(source: Path, target: Path, moved: dict[str, str]) -> None:
    """Copy a text with its paths rewritten."""
    text = source.read_bytes().decode("utf-8")
    pattern = re.compile("|".join(re.escape(old) for old in moved))
    target.write_bytes(pattern.sub(lambda m: moved[m[0]], text).encode("utf-8"))
