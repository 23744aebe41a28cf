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

_LOADER = FileSystemLoader([Path(__file__).with_name("templates"), Path(__file__).parents[1] / "web/assets"])


def asset(name: str) -> str:
    """Return a style or a script of the pages."""
    return _LOADER.get_source(templates(), name)[0]


def filled(
    template: str, *, styles: Sequence[str], scripts: Sequence[str], facts: Mapping[str, Any], **content: object
) -> str:
    """Return the page of a template as one HTML text; ``facts`` are what scripts read, by the id of their element."""
    own = {"generator": GENERATOR, "style": "\n".join(styles), "script": "\n".join(scripts)}
    markup = {name: Markup(text) for name, text in own.items()}
    return templates().get_template(f"{template}.html.j2").render(**content, **markup, facts=facts)


@cache
def templates() -> Environment:
    """Return the templates; they escape whatever is no markup of their own."""
    found = Environment(
        loader=_LOADER, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    found.policies["json.dumps_kwargs"] = {"allow_nan": False, "separators": (",", ":")}
    found.filters |= {"text": _text, "hash": _hash}
    return found


def _text(value: object, width: int) -> object:
    """Return what a file says so that a page shows it letter for letter, cut at ``width``; blocks stay as they are."""
    return value if hasattr(value, "__html__") else shown(value, width)


def _hash(text: str) -> str:
    """Return what lets a policy tell a script or a style from every other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
