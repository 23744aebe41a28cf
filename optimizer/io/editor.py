"""Describe study.toml, grid.toml and every table for editors, validators and programs that read a plan."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from optimizer.errors import Fault, InputError
from optimizer.io.cells import SITE_ID
from optimizer.io.config import YEAR, GridConfig, StudyConfig
from optimizer.io.schema import EXPLAIN_TABLES, HEADROOM_TABLES, PLAN_TABLES, SWEEP_TABLES, TABLES, Column, schema
from optimizer.io.whole import check_free, write_whole

_CURE = "choose another place with -o"

_RESULTS = {
    "plan": PLAN_TABLES, "sweep": SWEEP_TABLES, "headroom": HEADROOM_TABLES, "explain": EXPLAIN_TABLES
}  # fmt: skip
NAMES = ("study", "grid", *TABLES, *(f"{of}/{table}" for of, tables in _RESULTS.items() for table in tables))
_TYPES = {"float": "number", "int": "integer", "bool": "boolean", "any": "any"}
_PATTERNS = {
    "id": SITE_ID.pattern,
    "period": rf"{YEAR}(H[12]|Q[1-4]|\.0+|-01-01)?",  # 2026.0 is a spreadsheet's year
    "label": rf"{YEAR}(H[12]|Q[1-4])?",
}
_LONGEST = {"id": 200, "code": 200}
_WORDS = {
    "trueValues": ["true", "True", "TRUE", "yes", "Yes", "YES", "1"],
    "falseValues": ["false", "False", "FALSE", "no", "No", "NO", "0"],
}


class _WithoutNull(GenerateJsonSchema):
    """JSON Schema of what TOML can hold: a key that is not given is left out, none is null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def study_schema() -> dict[str, Any]:
    """Return the JSON Schema of study.toml."""
    return _file_schema(StudyConfig, "study.toml")


def grid_schema() -> dict[str, Any]:
    """Return the JSON Schema of grid.toml."""
    return _file_schema(GridConfig, "grid.toml")


def _file_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return a schema in draft 7, which editors of TOML read."""
    found = model.model_json_schema(schema_generator=_WithoutNull)
    sections = found.pop("$defs", {})
    return {"$schema": "http://json-schema.org/draft-07/schema#"} | _whole(found, title, sections)


def _whole(part: Mapping[str, Any], title: str, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Put sections in the place of their references: beside a reference draft 7 overlooks what a key means."""
    named = str(part.get("$ref", "")).rpartition("/")[2]
    found = {**sections.get(named, {}), **part, "title": title}
    found.pop("$ref", None)
    if "properties" in found:
        found["properties"] = {name: _whole(key, name, sections) for name, key in found["properties"].items()}
    return found


def table_schema(name: str) -> dict[str, Any]:
    """Return the Table Schema, version 2, of a table of a study, of a plan or of a sweep: "plan/sites".

    A study's columns may stand in any order, and those that are not required may be absent; a plan's stand as listed.
    A sweep's are those of its study: a field whose name has a word in <> stands for a column per such word.
    """
    table = schema(name)
    found: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column) for column in (*table.columns, *table.people)],
        "fieldsMatch": "exact" if name.startswith("plan/") else "partial",
        "missingValues": [""],
    }
    if table.unique:
        found["primaryKey"] = table.unique
    named = {c.name: c.refers_to.split(".") for c in table.columns if c.refers_to}
    targets = {name: (file, key) for name, (file, key) in named.items() if schema(file).unique == [key]}
    if targets:
        found["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": resource, "fields": [key]}}
            for column, (resource, key) in targets.items()
        ]
    return found


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": _TYPES.get(column.type, "string")}
    texts = {"description": column.meaning, "unit": column.unit, "default": column.default}
    found |= {key: text for key, text in texts.items() if text}
    if column.type == "bool":
        found |= _WORDS
    if constraints := _constraints(column):
        found["constraints"] = constraints
    return found


def _constraints(column: Column) -> dict[str, Any]:
    """Return what a cell must satisfy; a column that may hold infinity has no maximum."""
    limits = {
        "minimum": column.minimum,
        "exclusiveMinimum": column.above,
        "maximum": math.inf if column.infinity else column.maximum,
    }
    found: dict[str, Any] = {"required": True} if column.required else {}
    found |= {name: int(v) if v.is_integer() else v for name, v in limits.items() if math.isfinite(v)}
    if column.type in _PATTERNS:
        found["pattern"] = _PATTERNS[column.type]
    if column.type in _LONGEST:
        found["maxLength"] = _LONGEST[column.type]
    if column.choices:
        found["enum"] = list(column.choices)
    return found


def schema_text(name: str) -> str:
    """Return the schema of one of NAMES as JSON, the same bytes every time."""
    files = {"study": study_schema, "grid": grid_schema}
    content = files[name]() if name in files else table_schema(name)
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def write_schemas(folder: Path) -> list[Path]:
    """Write NAME.schema.json for study.toml, grid.toml and each table, a plan's below plan/; return the paths.

    Raises InputError where the folder cannot be written, or a file in it is not of this tool.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError([Fault(str(folder), "cannot be written: it is a file", cure=_CURE)])
    texts = {folder / f"{name}.schema.json": f"{schema_text(name)}\n".encode() for name in NAMES}
    for path in texts:
        check_free(path, replace="own", cure=_CURE)
    return [
        write_whole(path, partial(Path.write_bytes, data=text), replace="own", cure=_CURE)
        for path, text in texts.items()
    ]
