"""The options that commands share: the study, what replaces its files and values, and where results go."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from optimizer.errors import Fault, InputError

SET = "--set"
ELSEWHERE = "choose another place with -o"
BY_FORCE = f"{ELSEWHERE}, or replace a file with --force"
DropLateOption = Annotated[
    bool, typer.Option("--drop-late", help="Leave out deliveries that a shift pushes past the horizon.")
]
PlanArgument = Annotated[str, typer.Argument(metavar="DIR", help="A plan folder.")]
ReplaceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is no page of rackgrid, too.")]
RepairOption = Annotated[
    str | None,
    typer.Option(
        "--repair",
        metavar="GROUP",
        help="Where no plan exists, repair by policy, power (limits of sites and of the grid) or programme alone.",
    ),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")]


def out(words: str, metavar: str = "FILE") -> Any:
    """Return the option that says where a result goes."""
    return typer.Option("-o", "--out", metavar=metavar, help=words)


@dataclass(frozen=True)
class Given:
    """The study that a call names, and what replaces its files and values; each field is an option."""

    study: Annotated[
        str | None,
        typer.Argument(
            metavar="STUDY",
            help="A study.toml, its folder, or a workbook (.xlsx); without it the embedded 26 GW study.",
        ),
    ] = None
    sites: Annotated[str | None, typer.Option("--sites", metavar="FILE", help="Candidate sites instead.")] = None
    site_ramp: Annotated[str | None, typer.Option("--site-ramp", metavar="FILE", help="Power by period instead.")] = (
        None
    )
    grid: Annotated[str | None, typer.Option("--grid", metavar="DIR", help="Grid folder instead.")] = None
    racks: Annotated[str | None, typer.Option("--racks", metavar="FILE", help="Rack types instead.")] = None
    deliveries: Annotated[str | None, typer.Option("--deliveries", metavar="FILE", help="Deliveries instead.")] = None
    placement: Annotated[
        str | None,
        typer.Option("--placement", metavar="FILE", help="Placement costs instead; none leaves an optional file out."),
    ] = None
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            SET,
            metavar="KEY=VALUE",
            help="Replace a value of study.toml or change cells, 'sites[site=abilene].max_mw+=500'; repeatable.",
        ),
    ] = None

    @property
    def files(self) -> dict[str, str | None]:
        """What replaces the study's files: a path, or None where ``none`` leaves a file out."""
        tables = [field.name for field in fields(self) if field.name not in ("study", "assignments")]
        given = {table: text for table in tables if (text := getattr(self, table)) is not None}
        return {table: None if text.strip().lower() == "none" else text for table, text in given.items()}

    def values(self) -> dict[str, object]:
        """Read ``key.path=value`` and changes, such as ``sites[zone=p61].max_mw*=2``.

        Raises InputError naming every assignment that is none.
        """
        if not self.assignments:
            return {}
        from optimizer.variants.assignments import assigned

        return assigned(self.assignments, SET)


def with_study(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose options are its own and, where its parameter ``given`` stands, the fields of Given.

    Typer reads options from a signature, and gives each by its name.
    """
    hints = get_type_hints(Given, include_extras=True)
    shared = [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name]) for f in fields(Given)
    ]
    own = signature(command, eval_str=True).parameters.values()
    all_of_them = [part for each in own for part in (shared if each.name == "given" else [each])]

    @wraps(command)
    def call(**options: Any) -> None:
        given = Given(**{name: options.pop(name) for name in hints})
        command(given=given, **options)

    call.__annotations__ = {each.name: each.annotation for each in all_of_them}
    vars(call)["__signature__"] = Signature(all_of_them)
    return call


def repair_group(name: str | None) -> Any:
    """Return the group of inputs that --repair names; raises InputError where it is none."""
    groups = {"policy": "policy", "power": "limits", "limits": "limits", "programme": "programme"}
    if name is not None and name not in groups:
        raise InputError([Fault("--repair", "is none of policy, power, programme", value=name)])
    return None if name is None else groups[name]


def file_place(out: str) -> Path:
    """Return the place of the one file that -o names.

    Raises InputError where it names a folder, which is not always there yet.
    """
    if re.search(r"(^|[/\\])\.{0,2}$", out):
        raise InputError([Fault(out or ".", "is a folder where a file is meant", cure="name a file in it")])
    return Path(out)


def write_page(place: Path, text: str, *, force: bool = False, if_any: str = "") -> Path:
    """Write a page where nothing is or a page of this tool, with ``force`` any file; return its place.

    ``if_any`` is the cure where ``force`` would help. Raises InputError where the place is taken or not to be written.
    """
    from optimizer.io.whole import Replace, write_whole
    from optimizer.io.write import write_text

    replace: Replace = "any" if force else "own"
    return write_whole(place, lambda fresh: write_text(text, fresh), replace=replace, cure=ELSEWHERE, if_any=if_any)


def plan_place(study: str | None, out: str | None) -> Path:
    """Return where the plan goes: ``out``, else plans/ and the name of the study's folder or workbook."""
    from optimizer.io.embedded import STUDY
    from optimizer.io.workbook import is_book

    if out is not None:
        return Path(out)
    if study is None:
        return Path("plans", STUDY)
    path = Path(study).absolute()
    if is_book(path) and not path.is_dir():
        return Path("plans", path.parent.resolve().name if path.stem == "study" else path.stem)
    folder = path if path.is_dir() else path.parent
    return Path("plans", folder.resolve().name or "plan")


def share(text: str) -> float:
    """Read a share: 0.01, or 1%."""
    number, percent, more = str(text).strip().partition("%")
    try:
        value = float(number)
    except ValueError:
        more = text
    if more:
        raise typer.BadParameter(f"{text!r} is no share: write 0.01, or 1%")
    return value / 100 if percent else value
