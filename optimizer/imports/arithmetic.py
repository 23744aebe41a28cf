"""The arithmetic of a case file's own statements: numbers, names given before, and a few functions."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_FUNCTIONS = {"sin": math.sin, "cos": math.cos, "acos": math.acos, "sqrt": math.sqrt}
_LONGEST = 200  # letters; what is deeper than Python parses is no conversion of units


def value_of(text: str, names: Mapping[str, float]) -> float:
    """Return the value of an expression in MATLAB's writing. Raises ValueError where it is more than arithmetic."""
    if len(text) > _LONGEST:
        raise ValueError(text)
    try:
        value = _value(ast.parse(text.strip().replace("^", "**"), mode="eval").body, names)
    except (ArithmeticError, KeyError, SyntaxError, TypeError) as error:
        raise ValueError(text) from error
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, names)
        case ast.BinOp(left=left, op=sign, right=right):
            return _BINARY[type(sign)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]):
            return _FUNCTIONS[name](_value(inner, names))
    raise ValueError(ast.dump(node))
