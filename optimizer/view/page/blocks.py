"""Hold what pages are made of: chapters, tables, facts, pictures; the macro of each name says how it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from .skeleton import templates


class Block:
    """A piece of a page, written by the macro of its class's name in ``blocks.html.j2``."""

    def __html__(self) -> str:
        macros = templates().get_template("blocks.html.j2").module
        return str(getattr(macros, type(self).__name__.lower())(self))


Part = Block | str
"""A block, or the text of a paragraph."""
Cell = Block | str
"""A block, or the text of a cell."""


@dataclass(frozen=True)
class Chapter:
    """A heading, the key that links lead to, and what stands below it."""

    key: str
    heading: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, whether it holds numbers, is offered as a filter, or is long text.

    Cells are cut at ``width`` letters.
    """

    head: str
    number: bool = False
    choice: bool = False
    wide: bool = False
    width: int = 400

    @property
    def kind(self) -> str:
        """The class of its cells."""
        return "n" if self.number else "wrap" if self.wide else ""


@dataclass(frozen=True)
class Table(Block):
    """A table that scrolls inside its own box; the first cell of a row is its head.

    ``live`` ones sort and filter, ``long`` ones scroll below their heads; ``has_total`` says that the last row adds up
    the others; ``pinned`` is a row that stays on top.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    live: bool = False
    long: bool = False
    has_total: bool = False
    pinned: Sequence[Cell] = ()

    def paired(self, cells: Sequence[Cell]) -> Iterator[tuple[Column, Cell]]:
        """Return the cells of a row with their columns."""
        return zip(self.columns, cells, strict=True)


@dataclass(frozen=True)
class Facts(Block):
    """Names and what is said of each; ``label`` names the list, whose words are small, for those who hear the page."""

    pairs: Sequence[tuple[str, str]]
    label: str = ""


@dataclass(frozen=True)
class Points(Block):
    """Names and what is said of each under a heading of their own; what has no name stands across."""

    heading: str
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Paragraph(Block):
    """Text with blocks within."""

    words: Sequence[Cell]


@dataclass(frozen=True)
class Note(Block):
    """A paragraph that stands out."""

    words: str


@dataclass(frozen=True)
class Beside(Block):
    """Columns of parts beside each other where the page is wide enough: a pair, or the first page's front.

    A third column of the front stands below both.
    """

    kind: Literal["front", "pair"]
    columns: Sequence[Sequence[Part]]


@dataclass(frozen=True)
class Drawing(Block):
    """A picture of lines: the inside of an SVG element, whose texts matplotlib escapes.

    ``on_paper`` ones are light whatever the theme.
    """

    label: str
    view_box: str
    inside: Markup
    on_paper: bool = False


@dataclass(frozen=True)
class Pixels(Block):
    """A picture of pixels, a PNG in base 64."""

    label: str
    data: str


class Atlas(Block):
    """The place of the interactive map."""


@dataclass(frozen=True)
class Generic(Block):
    """The mark that tells a generic site from a project, after its id where that is given."""

    site: str = ""


@dataclass(frozen=True)
class Code(Block):
    """Text as typed, or a hash."""

    words: str


@dataclass(frozen=True)
class Inner(Block):
    """The name of a row that is part of the row above."""

    words: str


@dataclass(frozen=True)
class Links(Block):
    """Links to places beside the page, by their words."""

    targets: Sequence[tuple[str, str]]
