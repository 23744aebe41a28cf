"""Explain a plan: in one page, by what its limits are worth, or by what speaks for and against one site."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import Fault, InputError
from optimizer.signals import SIGNALS

from . import options
from .messages import result, say

if TYPE_CHECKING:
    from optimizer.io.whole import Replace
    from optimizer.plan import Plan

_FILES = ("values.csv", "sooner.csv", "values.json", "values.geojson")
_ELSEWHERE = "choose another place with --html"
_BY_FORCE = f"{_ELSEWHERE}, or replace a file with --force"
STOPPING = "stopping: what is answered is kept …"
# All new solves together, unless more is allowed: of limits, and of one site.
VALUES_S, SITE_S = 75.0, 50.0


def explain(
    folder: options.PlanArgument,
    of_values: Annotated[bool, typer.Option("--values", help="What one unit more of every limit is worth.")] = False,
    site: Annotated[
        str | None, typer.Option("--site", metavar="ID", help="What speaks for and against a site.")
    ] = None,
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=0, help="With --values: so many limits are told and solved anew.")
    ] = 10,
    resolve: Annotated[
        bool, typer.Option("--resolve/--no-resolve", help="With --values: solve the study anew for true values.")
    ] = True,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="SECONDS",
            min=0.0,
            help=f"Of all new solves together: {VALUES_S:.0f} with --values, {SITE_S:.0f} with --site.",
        ),
    ] = None,
    out: Annotated[str | None, options.out("With --values: folder for values.csv and more.", "DIR")] = None,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write the page as HTML too, which needs no network.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the text.")] = False,
    force: options.ReplaceOption = False,
) -> None:
    """Explain a plan to whoever has to decide: in one page, what more of a limit is worth, or why a site is in or out.

    The page says in forty lines what drives cost, what waits and why, what is worth most and what would change it.
    Ctrl-C keeps what is answered.

    \b
    rackgrid explain plans/openai-26gw
    rackgrid explain plans/openai-26gw --html why.html
    rackgrid explain plans/openai-26gw --values
    rackgrid explain plans/openai-26gw --values --no-resolve -o values
    rackgrid explain plans/openai-26gw --site abilene
    """
    from .input import read_rechecked

    _check(of_values=of_values, site=site, out=out, html=html)
    place = None if html is None else _page_place(html, force=force)
    if out is not None:
        _check_values_place(Path(out), force=force)
    plan = read_rechecked(folder)
    if of_values:
        _values(
            plan,
            top=top,
            resolve=resolve,
            time_limit_s=VALUES_S if time_limit is None else time_limit,
            out=out,
            as_json=as_json,
        )
    elif site is not None:
        _site(plan, site, time_limit_s=SITE_S if time_limit is None else time_limit, as_json=as_json)
    else:
        _page(plan, folder, place, force=force, as_json=as_json)


def _check(*, of_values: bool, site: str | None, out: str | None, html: str | None) -> None:
    """Check that the options go together; raises InputError with all that do not."""
    faults = []
    if of_values and site is not None:
        faults.append(Fault("--site", "stands beside --values", value=site, cure="ask one thing at a time"))
    if out is not None and not of_values:
        faults.append(Fault("-o", "goes with --values", value=out, cure="leave it out"))
    elif out is not None and Path(out).exists() and not Path(out).is_dir():
        faults.append(Fault(out, "is a file where a folder is meant", cure=options.ELSEWHERE))
    if html is not None and (of_values or site is not None):
        faults.append(Fault("--html", "is of the page alone", value=html, cure="leave out --values and --site"))
    if faults:
        raise InputError(faults)


def _page_place(html: str, *, force: bool) -> Path:
    """Return the place of the page, which is free; raises InputError."""
    from optimizer.io.whole import check_free

    place = options.file_place(html)
    check_free(place, replace="any" if force else "own", cure=_ELSEWHERE, if_any=_BY_FORCE)
    return place


def _check_values_place(folder: Path, *, force: bool) -> None:
    """Check that values may be written into a folder: earlier ones are replaced; raises InputError."""
    from optimizer.io.whole import check_free

    replace: Replace = "any" if force or (folder / "values.json").is_file() else "nothing"
    for name in _FILES:
        check_free(folder / name, replace=replace, cure=options.ELSEWHERE, if_any=options.BY_FORCE)


def _page(plan: Plan, folder: str, place: Path | None, *, force: bool, as_json: bool) -> None:
    from optimizer.plan.answers import read_answers
    from optimizer.plan.page import page

    answers = read_answers(folder, plan.facts)
    found = page(plan, values=answers.values, sooner=answers.sooner, sites=answers.sites, folder=folder)
    if place is not None:
        from optimizer.view.one_page import explanation

        options.write_page(place, explanation(found), force=force, if_any=_BY_FORCE)
    result(json.dumps(found.facts, ensure_ascii=False, indent=1) if as_json else found.text)


def _values(plan: Plan, *, top: int, resolve: bool, time_limit_s: float, out: str | None, as_json: bool) -> None:
    from optimizer.explain import values
    from optimizer.io.whole import write_whole
    from optimizer.io.write import write_text

    from .running import stop_wanted
    from .waiting import told

    with SIGNALS.kept("nothing was kept"), told() as tell:
        found = values(
            plan, top=top, resolve=resolve, time_limit_s=time_limit_s, progress=tell, stop=stop_wanted(STOPPING)
        )
    for name, text in found.files().items() if out is not None else ():
        write_whole(Path(str(out), name), partial(write_text, text), replace="any", cure=options.ELSEWHERE)
    result(found.as_json() if as_json else found.text(top))
    if out is not None:
        say(f"values written to {out}")


def _site(plan: Plan, name: str, *, time_limit_s: float, as_json: bool) -> None:
    from optimizer.explain import site

    from .running import stop_wanted
    from .waiting import told

    with SIGNALS.kept("nothing was kept"), told() as tell:
        found = site(plan, name, time_limit_s=time_limit_s, progress=tell, stop=stop_wanted(STOPPING))
    result(found.as_json() if as_json else str(found))
