"""Take the text of a MATPOWER case apart: statements and rows, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.errors import Fault

_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_CONTINUED = re.compile(r"\.\.\..*$")
_OPENING, _CLOSING = re.compile(r"[\[{(]"), re.compile(r"[\]})]")


@dataclass(frozen=True)
class Statement:
    """One statement without its comments: the line on which it begins, and its pieces with the line of each."""

    line: int
    pieces: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        """The statement on one line."""
        return " ".join(piece for _, piece in self.pieces)


def statements(text: str, name: str) -> Iterator[Statement | Fault]:
    """Yield the statements of a case file; a bracket that nothing closes is a fault, and the last one."""
    pieces: list[tuple[int, str]] = []
    depth, block = 0, 0
    for line, raw in enumerate(text.splitlines(), 1):
        bare = raw.strip()
        if bare in ("%{", "#{"):
            block += 1
        if block:
            block -= bare in ("%}", "#}")
            continue
        code, more = _without_comment(raw)
        for part in _parts(code, depth):
            piece = part.strip()
            plain = _hidden(piece)
            depth += len(_OPENING.findall(plain)) - len(_CLOSING.findall(plain))
            if piece.strip("; \t"):
                pieces.append((line, piece))
            elif piece and depth > 0 and pieces:
                pieces.append((line, ";"))
            if depth <= 0 and not more and pieces:
                yield Statement(pieces[0][0], tuple(pieces))
                pieces, depth = [], 0
    if pieces:
        line, begun = pieces[0]
        what = re.split(r"[\s=(\[{]", begun)[0]
        reason = "is not closed before the file ends" if depth > 0 else "ends in the middle of a statement"
        yield Fault(name, reason, line, what, cure="the file was cut off: fetch it again")


def _without_comment(line: str) -> tuple[str, bool]:
    """Return what stands before a comment or a continuation, and whether the statement goes on in the next line."""
    hidden = _hidden(line)
    ends = [at for sign in "%#" if (at := hidden.find(sign)) >= 0]
    code = line[: min(ends)] if ends else line
    dots = _CONTINUED.search(hidden[: len(code)])
    return (code[: dots.start()], True) if dots else (code, False)


def _hidden(code: str) -> str:
    """Return code of the same length whose quoted text is no signs."""
    return _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), code) if "'" in code or '"' in code else code


def _parts(code: str, depth: int) -> list[str]:
    """Return the statements of one line; within brackets a semicolon ends a row, no statement."""
    if depth > 0 or code.count(";") <= 1:
        return [code]
    parts, begin, level = [], 0, 0
    for at, sign in enumerate(_hidden(code)):
        level += (sign in "[{(") - (sign in "]})")
        if sign == ";" and level == 0:
            parts.append(code[begin : at + 1])
            begin = at + 1
    return [*parts, code[begin:]]
