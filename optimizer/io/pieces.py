"""Read TOML a statement at a time where the whole is broken: what stands beside an error still counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from optimizer.errors import Fault, Faults
from optimizer.io import toml

MOST_TOLD = 20  # errors of one file: with more it is hardly meant as TOML
_MEANT = re.compile(r"\s*\[*\s*([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\s*\.?\s*(\].*|#.*)?")  # by a broken header
_DEEPEST = 3  # parts of the name of a section
_LAST_COMMA = re.compile(r",\s*}")
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_MARKS = ('"""', "'''")
Content = dict[str, Any]


def read_toml(text: str, name: str, faults: Faults) -> tuple[Content, frozenset[str]]:
    """Return the content of a file and the dotted keys that are broken, each a fault with its line.

    "" is among them where more may be written than can be told apart. A broken key holds its value as text.
    """
    whole = toml.parsed(text, name)
    if not isinstance(whole, Fault):
        return whole, frozenset()
    found = _Found(name, text)
    for line, lines in _pieces(text):
        found.take(line, lines)
        if len(found.told) >= MOST_TOLD:
            found.lose_rest()
            break
    for fault in found.told or [whole]:
        faults.add(fault)
    return found.content, frozenset(found.unread)


def _pieces(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each header and each key with the lines that follow it, and the line on which it begins."""
    lines = text.replace("\r\n", "\n").split("\n")
    start, kept, is_text = 1, list[str](), False
    for number, line in enumerate(lines, 1):
        begins = toml.is_header(line) or (toml.key_in(line) and not _inside_braces(kept, lines[number - 1 :]))
        if kept and not is_text and begins:
            yield start, kept
            start, kept = number, []
        kept.append(line)
        is_text ^= sum(map(line.count, _MARKS)) % 2 == 1
    yield start, kept


def _inside_braces(kept: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a line stands within { … } that begins above it and ends before a blank line or a header."""
    if sum(line.count("{") - line.count("}") for line in kept) <= 0:
        return False
    near = takewhile(lambda line: line.strip() and not toml.is_header(line), below)
    return any(line.count("}") > line.count("{") for line in near)


@dataclass
class _Found:
    """What was found so far in a file; ``section`` is None below a header whose name is lost."""

    name: str
    text: str
    content: Content = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    told: list[Fault] = field(default_factory=list)
    section: tuple[str, ...] | None = ()
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def take(self, line: int, lines: Sequence[str]) -> None:
        """Read a header or a key, and whatever stands below it."""
        if toml.is_header(lines[0]):
            self._begin(line, lines[0])
            line, lines = line + 1, lines[1:]
        found = toml.parsed("\n".join(lines), self.name)
        if isinstance(found, Fault):
            self.told.append(replace(found, line=line + (found.line or 1) - 1))
            found = self._kept(lines)
        if self.section is not None:
            self._put(line, self.section, found)

    def _begin(self, line: int, header: str) -> None:
        """Go on in another section; one whose header is broken is that which it is meant to be."""
        found, meant = toml.parsed(header, self.name), _MEANT.fullmatch(re.sub("[\"']", "", header))
        self.section = tuple(meant[1].split(".")) if meant and meant[1].count(".") < _DEEPEST else None
        if isinstance(found, Fault):
            self.told.append(replace(found, line=line))
        elif header.lstrip().startswith("[["):
            self.section = None
            self._put(line, (), found)
            return
        elif self.section in self.seen:
            self._tell_twice(line, ".".join(self.section or ()), "[{}]")
        if self.section is None:
            self.unread.add("")
        else:
            self.seen.add(self.section)
            self._put(line, self.section, {})

    def _kept(self, lines: Sequence[str]) -> Content:
        """Return what can be kept of lines that are broken, and mark the rest as unread."""
        if "{" in lines[0] and len(lines) > 1:  # braces over lines are meant as on one
            meant = " ".join(text.partition("#")[0].strip() for text in lines)
            joined = toml.parsed(_LAST_COMMA.sub("}", meant), self.name)
            if not isinstance(joined, Fault):
                return joined
        key = toml.key_in(lines[0])
        first = toml.parsed(lines[0], self.name) if key else {}
        if key and isinstance(first, Fault):
            self._lose([key])
            if any(mark in text for mark in _MARKS for text in lines):
                self.lose_rest()  # a text without an end holds whatever stands below it
            return {} if "." in key else {key: _guess(lines[0])}
        self._lose(_WORD.findall("\n".join(text.partition("#")[0] for text in lines[1 if key else 0 :])))
        return {} if isinstance(first, Fault) else first

    def lose_rest(self) -> None:
        """Mark as unread what may stand below: more of this section, and other sections."""
        self._lose([])
        self.unread.add("")

    def _lose(self, keys: Sequence[str]) -> None:
        """Mark keys of the section as unread, the whole of it where none can be named."""
        section = self.section or ()
        self.unread |= {".".join((*section, key)) for key in keys} or {".".join(section)}

    def _put(self, line: int, section: Sequence[str], found: Content) -> None:
        for part in reversed(section):
            found = {part: found}
        if clash := _merged(self.content, found):
            self._tell_twice(line, clash, "{}")
            self.unread.add(clash)

    def _tell_twice(self, line: int, key: str, form: str) -> None:
        first = toml.line_of(self.text, key)
        self.told.append(toml.twice(self.name, line, form.format(key), first if first != line else None))


def _guess(line: str) -> str:
    """Return the text of a value that may lack a quote."""
    return line.partition("=")[2].partition("#")[0].strip(" \t\r\"'")


def _merged(content: Content, more: Content) -> str:
    """Put keys into a content; return the dotted key that it holds already, else ""."""
    for key, value in more.items():
        held = content.get(key)
        if key not in content:
            content[key] = value
        elif not (isinstance(held, dict) and isinstance(value, dict)):
            return key
        elif clash := _merged(held, value):
            return f"{key}.{clash}"
    return ""
