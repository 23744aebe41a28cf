"""Read a MATPOWER case: its matrices with the line of each row, after its own conversions of units."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Fault, Faults, shown
from optimizer.io.source import Source

from .arithmetic import value_of
from .statements import Statement, statements

_NAMES = "PQ PV REF NONE BUS_I BUS_TYPE PD QD GS BS BUS_AREA VM VA BASE_KV ZONE VMAX VMIN LAM_P LAM_Q MU_VMAX MU_VMIN"
_BRANCH = "F_BUS T_BUS BR_R BR_X BR_B RATE_A RATE_B RATE_C TAP SHIFT BR_STATUS PF QF PT QT MU_SF MU_ST ANGMIN ANGMAX"
_GEN = "GEN_BUS PG QG QMAX QMIN VG MBASE GEN_STATUS PMAX PMIN"
_DCLINE = "F_BUS T_BUS BR_STATUS PF PT QF QT VF VT PMIN PMAX QMINF QMAXF QMINT QMAXT LOSS0 LOSS1"
COLUMNS: dict[str, list[str]] = {
    "bus": _NAMES.split()[4:],
    "branch": [*_BRANCH.split()[:11], "ANGMIN", "ANGMAX"],
    "gen": _GEN.split(),
    "gencost": ["MODEL", "STARTUP", "SHUTDOWN", "NCOST"],
    "dcline": _DCLINE.split(),
}
"""The columns of each matrix that are used, by the names of MATPOWER's manual, appendix B."""
_LEAST = {"bus": 13, "branch": 11, "gen": 10, "gencost": 5, "dcline": 11}
_CONSTANTS = {"idx_bus": _NAMES, "idx_brch": f"{_BRANCH} MU_ANGMIN MU_ANGMAX", "idx_gen": f"{_GEN} MU_PMAX MU_PMIN"}
_ASSIGNED = re.compile(r"(\w+)\.(\w+)\s*=\s*")
_SCALED = re.compile(r"\w+\.(\w+)\(:,\s*(.+?)\)\s*=\s*\w+\.(\w+)\(:,\s*(.+?)\)\s*([*/])\s*(.+)")
_FIRST = re.compile(r"\w+\.(\w+)\(1,\s*(\w+)\)")
_REFUSED = "is a statement that is not read"
_CURE = "run it in MATLAB or Octave and write the case with savecase"


@dataclass(frozen=True)
class Matrix:
    """A matrix: ``values``, rows × columns, and the line of each row."""

    values: NDArray[np.float64]
    lines: list[int]


@dataclass
class Case:
    """A case as read: matrices and lists of text by field, ``base_mva``, what was converted or is not used."""

    file: str
    base_mva: float = 0.0
    matrices: dict[str, Matrix] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scalars: dict[str, float] = field(default_factory=dict)

    def column(self, matrix: str, name: str) -> NDArray[np.float64]:
        """Return a column by its name, zeros where the matrix is too narrow to have it."""
        values, at = self.matrices[matrix].values, COLUMNS[matrix].index(name)
        return values[:, at] if at < values.shape[1] else np.zeros(len(values))


def read_case(path: Path, faults: Faults) -> Case:
    """Read a case file; every fault is added to ``faults``, with its line."""
    case = Case(str(path))
    text = Source(faults).read_text(Path.cwd() / path, case.file)
    if text is None:
        return case
    for statement in statements(text, case.file):
        if isinstance(statement, Fault):
            faults.add(statement)
            return case  # what would follow is lost, and what is missing says nothing more
        if fault := _executed(case, statement):
            faults.add(fault)
    if not case.matrices and not case.base_mva:
        cure = "name a case file of MATPOWER, format 2: function mpc = …, mpc.bus = […], …"
        faults.errors[:] = [Fault(case.file, "is no MATPOWER case: it sets no mpc.baseMVA and no mpc.bus", cure=cure)]
        return case
    missing = [name for name in ("bus", "gen", "branch") if name not in case.matrices]
    for name in missing if not faults.errors else ():
        faults.add(Fault(case.file, f"has no mpc.{name}", cure="the file was cut off, or is no whole case"))
    if not case.base_mva and not faults.errors:
        faults.add(Fault(case.file, "has no mpc.baseMVA", cure="write mpc.baseMVA = 100;"))
    return case


def _executed(case: Case, statement: Statement) -> Fault | None:
    """Do what a statement says, or return why not."""
    text = statement.text.rstrip(";, \t")
    if re.match(r"function\b", text) or text in ("end", "return", "define_constants"):
        return None
    if (found := _ASSIGNED.match(text)) and not text.startswith("["):
        return _field(case, found[2], statement, text[found.end() :])
    constants = re.fullmatch(r"\[(.*)\]\s*=\s*(idx_\w+)", text)
    if constants and (known := _CONSTANTS.get(constants[2])):
        names = re.split(r"[\s,]+", constants[1].strip())
        if names == known.split()[: len(names)]:
            return None
    try:
        if scaled := _SCALED.fullmatch(text):
            return _scaled(case, statement, scaled)
        name, _, expression = text.partition("=")
        if re.fullmatch(r"[A-Za-z]\w*", name.strip()) and expression:
            case.scalars[name.strip()] = _value(case, expression)
            return None
    except ValueError:
        pass
    return Fault(case.file, _REFUSED, statement.line, value=text, cure=_CURE)


def _field(case: Case, name: str, statement: Statement, rest: str) -> Fault | None:
    """Take a field of the case: a matrix, a list of text, or a value."""
    if rest.startswith("["):
        if name not in COLUMNS:
            case.notes.append(f"mpc.{name} is not used")
            return None
        matrix = _matrix(case.file, name, statement)
        if isinstance(matrix, Fault):
            return matrix
        case.matrices[name] = matrix
    elif rest.startswith("{"):
        case.texts[name] = [text[1:-1].strip() for text in re.findall(r"'[^']*'|\"[^\"]*\"", rest)]
        if name != "bus_name":
            case.notes.append(f"mpc.{name} is not used")
    elif name == "version":
        if rest.strip("'\" ") != "2":
            cure = "let MATPOWER write it anew: savecase"
            return Fault(case.file, "is a format that is not read", statement.line, "version", rest, cure)
    elif name == "baseMVA":
        try:
            case.base_mva = _value(case, rest)
        except ValueError:
            return Fault(case.file, "is no number", statement.line, name, rest, "write 100")
        if case.base_mva <= 0:
            return Fault(case.file, "is not above 0", statement.line, name, rest, "write the base in MVA, such as 100")
    else:
        case.notes.append(f"mpc.{name} is not used")
    return None


def _matrix(file: str, name: str, statement: Statement) -> Matrix | Fault:
    """Read the rows of a matrix; the first that can't be read is the fault."""
    rows: list[list[float]] = []
    lines: list[int] = []
    for i, (line, piece) in enumerate(statement.pieces):
        text = piece.partition("[")[2] if i == 0 else piece
        body, _, behind = text.partition("]")
        if behind.strip(" ;\t"):
            return Fault(file, _REFUSED, line, f"mpc.{name}", shown(behind.strip()), _CURE)
        for part in filter(str.strip, body.split(";")):
            row = _row(part)
            if isinstance(row, str):
                return Fault(file, "is no number", line, f"mpc.{name}", row, "write a number")
            width = len(rows[0]) if rows else len(row)
            if len(row) != width or len(row) < _LEAST[name]:
                wanted = f"where the rows before have {width}" if len(row) != width else f"of at least {_LEAST[name]}"
                reason = f"has {len(row)} values {wanted}"
                return Fault(file, reason, line, f"mpc.{name}", cure="complete the row, or fetch the file again")
            rows.append(row)
            lines.append(line)
    return Matrix(np.array(rows, dtype=float).reshape(len(rows), -1 if rows else _LEAST[name]), lines)


def _row(text: str) -> list[float] | str:
    """Return the numbers of a row, or the first word that is none."""
    words = text.replace(",", " ").split()
    try:
        return [*map(float, words)]
    except ValueError:
        values = []
    for word in words:
        try:
            values.append(value_of(word, {}) if "/" in word or "*" in word else float(word))
        except ValueError:
            return word
    return values


def _value(case: Case, expression: str) -> float:
    """Return the value of an expression over what the case has set. Raises ValueError."""
    text = re.sub(r"\w+\.baseMVA\b", repr(case.base_mva), expression)
    text = _FIRST.sub(lambda cell: repr(float(_columns(case, cell[1], cell[2])[0, 0])), text)
    return value_of(text, case.scalars)


def _columns(case: Case, matrix: str, names: str) -> NDArray[np.float64]:
    """Return columns of a matrix, at least one row of them. Raises ValueError where it has none such."""
    known = COLUMNS.get(matrix, [])
    places = [known.index(name) for name in re.split(r"[\s,]+", names.strip("[] "))]
    if matrix not in case.matrices or not case.matrices[matrix].lines:
        raise ValueError(matrix)
    return case.matrices[matrix].values[:, places]


def _scaled(case: Case, statement: Statement, found: re.Match[str]) -> Fault | None:
    """Multiply columns by a factor, or divide them. Raises ValueError where that can't be done."""
    matrix, targets, source, columns, sign, expression = found.groups()
    old, factor = _columns(case, source, columns), _value(case, expression)
    if _columns(case, matrix, targets).shape != old.shape or factor == 0:
        raise ValueError(expression)
    new = old * factor if sign == "*" else old / factor
    names = re.split(r"[\s,]+", targets.strip("[] "))
    for i, name in enumerate(names):
        case.matrices[matrix].values[:, COLUMNS[matrix].index(name)] = new[:, i]
    done = "multiplied" if sign == "*" else "divided"
    case.notes.append(
        f"line {statement.line}: {' and '.join(names)} of mpc.{matrix} {done} by {factor:.10g}, as it says"
    )
    return None
