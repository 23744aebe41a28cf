"""Report a plan: a page that needs no network, and the same printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimizer.errors import Fault, InputError

from . import options
from .messages import result


def report(
    folder: options.PlanArgument,
    out: Annotated[str | None, options.out("Where the page goes; default report.html in the plan folder.")] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print it to a PDF beside the page too, with Chromium, Chrome or Edge.")
    ] = False,
    all_sites: Annotated[
        bool, typer.Option("--all-sites", help="List closed GENERIC sites too, which are counted otherwise.")
    ] = False,
    force: options.ReplaceOption = False,
) -> None:
    """Write a plan as a page for people, report.html, and print its path; its first two printed pages stand alone.

    \b
    rackgrid report plans/openai-26gw
    rackgrid report plans/openai-26gw -o review.html --pdf
    """
    from optimizer.io.whole import Replace, check_free, write_whole
    from optimizer.io.write import write_text

    from .browser import find_browser, print_pdf
    from .input import read_rechecked

    page = _page_path(Path(folder), out, pdf=pdf)
    targets = [page, page.with_suffix(".pdf")] if pdf else [page]
    browser = find_browser() if pdf else ""
    replace: Replace = "any" if force else "own"
    for target in targets:
        check_free(target, replace=replace, cure=options.ELSEWHERE, if_any=options.BY_FORCE)
    plan = read_rechecked(folder)
    from optimizer.plan.answers import read_answers
    from optimizer.view.report import report_page

    text = report_page(plan, all_sites=all_sites, answers=read_answers(folder, plan.facts))

    def printed(fresh: Path) -> None:
        beside = fresh.with_suffix(".html")
        write_text(text, beside)
        print_pdf(browser, beside, fresh)

    if pdf:
        write_whole(targets[1], printed, replace=replace, cure=options.ELSEWHERE, if_any=options.BY_FORCE)
    options.write_page(page, text, force=force, if_any=options.BY_FORCE)
    result("\n".join(str(target) for target in targets))


def _page_path(folder: Path, out: str | None, *, pdf: bool) -> Path:
    """Return where the page goes; a name that ends in .pdf stands for the page beside it too."""
    if out is None:
        return folder / "report.html"
    path = options.file_place(out)
    if path.suffix.lower() != ".pdf":
        return path
    if not pdf:
        raise InputError([Fault(out, "would be a web page named as a PDF", cure="add --pdf, or name it .html")])
    return path.with_suffix(".html")
