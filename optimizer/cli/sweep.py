"""Solve many cases of a study into one table, a plan for each, and a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.errors import shown
from optimizer.signals import SIGNALS

from . import options, sweep_cases
from .messages import result, say, tell_faults

if TYPE_CHECKING:
    import pandas as pd

    from optimizer.study import Study
    from optimizer.sweeps import Sweep

PAGE, TABLE, ABOUT = "sweep.html", "cases.parquet", "sweep.json"
PAGES = ("map.html", "report.html")  # in the folder of a plan, where rackgrid map and report wrote them
INFEASIBLE, NO_PLAN = 3, 4
_SAID = 5  # failed cases that are named


@options.with_study
def sweep(
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="KEY=V1,V2",
            help="A key of study.toml or TABLE[COLUMN=VALUE].COLUMN and its values; *= multiplies, += adds or shifts.",
        ),
    ] = None,
    cases: Annotated[
        str | None,
        typer.Option("--cases", metavar="FILE", help="A row per case below the keys: CSV, Parquet, book.xlsx#sheet."),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option("--design", metavar="NAME", help="grid (default), each: one at a time, or samples: lhs, sobol."),
    ] = None,
    samples: Annotated[int | None, typer.Option("--samples", metavar="N", help="Samples to draw; default 32.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="Seed of the samples; default 26.")] = None,
    low_high: Annotated[
        bool, typer.Option("--low-high", help="Vary every figure of the figures tables, low and high.")
    ] = False,
    drop_late: options.DropLateOption = False,
    gap: Annotated[
        float | None, typer.Option("--gap", metavar="SHARE", parser=options.share, help="Stop each case at this gap.")
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", metavar="SECONDS", help="Keep the best plan of a case found by then."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Processes side by side; needs rackgrid[cluster].")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS", help="A running Dask scheduler, tcp://host:8786."),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try the failed cases of an earlier run again.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Start anew in the folder of another sweep.")] = False,
    out: Annotated[str | None, options.out("Folder of the sweep; one begun goes on.", "DIR")] = None,
    given: options.Given,
    strict: options.StrictOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print sweep.json on stdout instead of the summary.")] = False,
) -> None:
    """Solve many cases of a study: DIR/cases.parquet, DIR/plans and a page, DIR/sweep.html.

    Several --vary make the full grid. The same call goes on where an interrupted one ended. Exit code 0 where any
    case has a plan, 3 where every case is proven infeasible, else 4.

    \b
    rackgrid sweep --vary 'policy.max_sites=20,30,40' -o sweeps/sites
    rackgrid sweep mine --vary 'sites[zone=p61].energy_usd_per_mwh*=0.8,1,1.2' --gap 0.01 -o sweeps/price
    rackgrid sweep mine --vary 'deliveries[vendor=Nvidia].period+=0,1,2' --drop-late -o sweeps/slip
    rackgrid sweep mine --vary 'money.discount_rate=0.06,0.1' --vary 'headroom.headroom_mw*=0.8,1.2' \\
        --design sobol --samples 64 -o sweeps/samples
    rackgrid sweep --low-high --gap 0.01 -o sweeps/figures
    """
    wanted = sweep_cases.Wanted(
        vary=tuple(vary or ()), file=cases, design=design, samples=samples, seed=seed, low_high=low_high
    )
    values = given.values()
    sweep_cases.check(wanted, out, cluster=cluster, workers=workers)
    place = Path(str(out))
    ready, table = sweep_cases.prepare(wanted, given.study, values, given.files, strict=strict, drop_late=drop_late)
    _tell_plan(ready, table, place)
    from optimizer.sweeps import sweep as search

    from .running import stop_wanted
    from .sweep_progress import STOPPING, followed

    with SIGNALS.kept(f"cases that ended are kept in {shown(place, 160)}, and the same call goes on"):
        with followed() as display:
            done = search(
                ready, table, out=place, gap=gap, time_limit_s=time_limit, workers=workers, cluster=cluster,
                drop_late=drop_late, retry=retry, force=force, progress=display.listen, stop=stop_wanted(STOPPING),
            )  # fmt: skip
        page = None
        if not SIGNALS.wanted() or "not_run" not in set(done.cases["status"]):
            with SIGNALS.deaf():
                page = _write_page(done, ready)
    _tell_end(done, page)
    result((done.folder / ABOUT).read_text(encoding="utf-8").rstrip("\n") if as_json else done.summary())
    statuses = set(done.cases["status"])
    if not statuses & {"optimal", "feasible"}:
        raise typer.Exit(INFEASIBLE if statuses == {"infeasible"} else NO_PLAN)


def _tell_plan(study: Study, table: pd.DataFrame, place: Path) -> None:
    """Say what will be done."""
    tell_faults([], study.warnings)
    count, keys = len(table), [str(key) for key in table.columns]
    names = ", ".join(shown(key, 80) for key in keys[:6]) + (f" and {len(keys) - 6} more" if len(keys) > 6 else "")
    say(f"{count:,} case{'s' if count != 1 else ''} of {names} into {shown(place, 160)}")


def _write_page(done: Sweep, study: Study) -> Path:
    """Write sweep.html beside the table and return its place."""
    from optimizer.view.sweep_report import sweep_page

    base_plan = done.base_plan if done.base["plan"].iloc[0] else None
    title = study.config.study.name or "Sweep"
    folders = [str(plan) for plan in (*done.base["plan"], *done.cases["plan"]) if plan]
    pages = {plan: [name for name in PAGES if (done.folder / plan / name).is_file()] for plan in folders}
    text = sweep_page(done.cases, done.base, done.inputs, base_plan, title=title, pages=pages)
    return options.write_page(done.folder / PAGE, text)


def _tell_end(done: Sweep, page: Path | None) -> None:
    """Say what was not used of an earlier run, which cases compare with no other or have no plan, where all is."""
    from optimizer.view.sweep_programme import told

    tell_faults([], done.warnings)
    if words := told(done.cases, done.base):
        say(f"warning: {words}")
    lost = done.cases[done.cases["status"].isin(["failed", "no_plan"])]
    for number, status, reason in lost[["number", "status", "reason"]].head(_SAID).itertuples(index=False):
        why = f": {shown(reason, 300)}" if reason else ""
        say(f"warning: case {number} {'failed' if status == 'failed' else 'ended without a plan'}{why}")
    if len(lost) > _SAID:
        say(f"warning: {len(lost) - _SAID:,} more cases ended without a plan; {TABLE} gives the reason of each")
    if len(lost):
        say("note: the same call with --retry tries them again")
    open_cases = int((done.cases["status"] == "not_run").sum())
    if open_cases:
        later = "goes on" if page else "goes on, and draws the page"
        say(f"note: {open_cases:,} of {len(done.cases):,} cases were not run; the same call {later}")
    say(f"table written to {shown(done.folder / TABLE, 300)}")
    if page:
        say(f"page written to {shown(page, 300)}")
