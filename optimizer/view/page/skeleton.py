"""Fill the templates: one skeleton for every page, text that stays text, a policy that lets no foreign script run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from optimizer.errors import shown
from optimizer.io.whole import GENERATOR

_TEMPLATES = Path(__file__).with_name("templates")


def asset(name: str) -> str:
    """Return a style or a script of the pages."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def filled(
    template: str,
    *,
    styles: Sequence[str],
    scripts: Sequence[str],
    facts: Mapping[str, Any],
    has_pictures: bool,
    **content: object,
) -> str:
    """Return the page of a template as one HTML text.

    ``facts`` are what scripts read, by the id of their element. ``has_pictures``: vector pictures carry styles of their
    own, which the policy must then let be.
    """
    style, script = "\n".join(styles), "\n".join(scripts)
    return templates().get_template(f"{template}.html.j2").render(
        generator=Markup(GENERATOR),
        policy=_policy(script, "'unsafe-inline'" if has_pictures else _hash(style)),
        style=Markup(style),
        script=Markup(script),
        facts=facts,
        **content,
    )  # fmt: skip


@cache
def templates() -> Environment:
    """Return the templates; they escape whatever is no markup of their own."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    found.filters["text"] = _text
    return found


def _text(value: object, width: int) -> object:
    """Return what a file says so that a page shows it letter for letter, cut at ``width``; blocks stay as they are."""
    return value if hasattr(value, "__html__") else shown(value, width)


def _policy(script: str, styles: str) -> str:
    """Return a content security policy that lets exactly this script and these styles be, and no request."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {styles}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
