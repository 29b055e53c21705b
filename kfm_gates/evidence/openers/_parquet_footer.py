"""The footer of a Parquet file (parquet-format 2.12, `parquet.thrift`): schema, keys, statistics.

Row groups are folded as they are read, so that memory does not grow with them.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from kfm_gates.evidence.openers._api import Box, File
from kfm_gates.evidence.openers._geometry import union
from kfm_gates.evidence.openers._thrift import LIST, STRUCT, Thrift

_SCHEMA, _ROWS, _GROUPS, _KEYS = 2, 3, 4, 5
_NAME, _CHILDREN, _LOGICAL_TYPE = 4, 5, 10
_FLOATS: Final = {4: struct.Struct("<f"), 5: struct.Struct("<d")}
"""How the statistics of columns of a physical type FLOAT or DOUBLE are written."""
KNOWN_LOGICAL_TYPES: Final = 18
GEOMETRY, GEOGRAPHY = 17, 18


@dataclass
class Column:
    """A leaf of the schema. What its chunks say is None as soon as one of them does not say it.

    Args:
        path: Names from the top, joined by points.
        logical: Number of its logical type in the format, 0 where it has none.
        crs: What a logical type GEOMETRY or GEOGRAPHY names.
        least: Least value, for columns of floating-point numbers.
        most: Greatest value.
        box: Extent from the statistics of geometries.
        types: Codes of WKB of its geometries.
    """

    path: str
    logical: int = 0
    crs: str | None = None
    chunks: int = 0
    least: float | None = math.inf
    most: float | None = -math.inf
    box: Box | None = None
    boxless: bool = False
    types: set[int] = field(default_factory=set)


class Footer:
    """What a footer says. `columns` are the leaves of the schema, `rows` their number of values.

    Raises:
        EvidenceInvalid: `OUTPUT_MALFORMED`.
    """

    def __init__(self, file: File, raw: bytes) -> None:
        self.file = file
        self.rows = -1
        self.columns: list[Column] = []
        self.keys: dict[bytes, bytes] = {}
        thrift = Thrift(raw, self._refuse)
        for number, type_ in thrift.fields():
            if number == _SCHEMA and type_ == LIST:
                self.columns = self._leaves([thrift.value(t) for t in thrift.items()])
            elif number == _GROUPS and type_ == LIST:
                for group_type in thrift.items():
                    self._group(thrift, group_type)
            elif number == _KEYS and type_ == LIST:
                for entry in thrift.value(type_):
                    self._key(entry)
            else:
                value = thrift.value(type_)
                if number == _ROWS and isinstance(value, int):
                    self.rows = value
        if self.rows < 0 or not self.columns:
            self._refuse("Its footer lacks the schema or the number of rows.")
        self.geo = self.keys.get(b"geo")

    def column(self, path: str) -> Column | None:
        """The leaf of a path."""
        return next((column for column in self.columns if column.path == path), None)

    def _refuse(self, why: str) -> NoReturn:
        raise self.file.malformed(why, wanted="the footer of a Parquet file")

    def _key(self, entry: Any) -> None:
        if not isinstance(entry, dict) or not isinstance(entry.get(1), bytes):
            self._refuse("A key of its footer has no name.")
        value = entry.get(2, b"")
        if entry[1] in self.keys or not isinstance(value, bytes):
            self._refuse("A key of its footer comes twice, or is no text.")
        self.keys[entry[1]] = value

    def _leaves(self, elements: Sequence[Any]) -> list[Column]:
        """Leaves of the schema, which is written depth first."""
        leaves: list[Column] = []
        # Above an element: how paths below it begin, and how many children are still to come.
        above: list[tuple[str, int]] = [("", 1)]
        for n, element in enumerate(elements):
            name, children = _named(element)
            if name is None or children < 0 or not above:
                self._refuse("Its schema is no tree.")
            prefix, rest = above.pop()
            if rest > 1:
                above.append((prefix, rest - 1))
            if children:
                # The first element is the schema itself and no part of any path.
                above.append((f"{prefix}{name}." if n else "", children))
            elif n:
                leaves.append(_leaf(prefix + name, element))
        if above:
            self._refuse("Its schema is no tree.")
        return leaves

    def _group(self, thrift: Thrift, type_: int) -> None:
        if type_ != STRUCT:
            self._refuse("A row group of its footer is none.")
        for number, field_type in thrift.fields():
            if number != 1 or field_type != LIST:
                thrift.value(field_type)
                continue
            count = 0
            for chunk_type in thrift.items():
                chunk = thrift.value(chunk_type)
                if count >= len(self.columns) or not isinstance(chunk, dict):
                    self._refuse("A row group has other columns than the schema.")
                self._chunk(self.columns[count], chunk)
                count += 1
            if count != len(self.columns):
                self._refuse("A row group has other columns than the schema.")

    def _chunk(self, column: Column, chunk: Mapping[int, Any]) -> None:
        if chunk.get(1):
            self._refuse("Its data lie in another file.")
        meta = chunk.get(3)
        if not isinstance(meta, dict):
            meta = {}  # an encrypted column
        # A dictionary comes before the pages that use it, and counts to their length.
        start, length = meta.get(11) or meta.get(9, 4), meta.get(7, 0)
        if not isinstance(start, int) or not isinstance(length, int):
            self._refuse("A place of its footer is no number.")
        if start < 4 or length < 0 or start + length > self.file.size:
            raise self.file.malformed(
                "Its data lie behind its end; it was cut off or never finished.",
                got=f"{length} bytes at {start}",
                wanted=f"a place in the {self.file.size} bytes of the file",
            )
        _fold(column, meta)


def _named(element: Any) -> tuple[str | None, int]:
    if not isinstance(element, dict) or not isinstance(element.get(_NAME), bytes):
        return None, 0
    children = element.get(_CHILDREN, 0)
    return element[_NAME].decode("utf-8", "replace"), children if isinstance(children, int) else -1


def _leaf(path: str, element: Mapping[int, Any]) -> Column:
    union_ = element.get(_LOGICAL_TYPE)
    if not isinstance(union_, dict) or not union_:
        return Column(path)
    number, parameters = next(iter(union_.items()))
    crs = parameters.get(1) if isinstance(parameters, dict) else None
    text = crs.decode("utf-8", "replace") if isinstance(crs, bytes) else None
    return Column(path, logical=number, crs=text)


def _fold(column: Column, meta: Mapping[int, Any]) -> None:
    """Add what one chunk says to what the others said."""
    column.chunks += 1
    physical = meta.get(1)
    form = _FLOATS.get(physical) if isinstance(physical, int) else None
    statistics = meta.get(12)
    stated = statistics if isinstance(statistics, dict) else {}
    least, most = (_number(form, stated.get(n)) for n in (6, 5))
    column.least = None if least is None or column.least is None else min(column.least, least)
    column.most = None if most is None or column.most is None else max(column.most, most)
    geo = meta.get(17)
    geo = geo if isinstance(geo, dict) else {}
    box = geo.get(1)
    edges = [box.get(n) for n in (1, 3, 2, 4)] if isinstance(box, dict) else []
    numbers = [e for e in edges if isinstance(e, float) and math.isfinite(e)]
    if len(numbers) == 4:
        column.box = union(column.box, (numbers[0], numbers[1], numbers[2], numbers[3]))
    else:
        column.boxless = True
    codes = geo.get(2)
    if isinstance(codes, list):
        column.types |= {code for code in codes[:64] if isinstance(code, int)}


def _number(form: struct.Struct | None, raw: Any) -> float | None:
    if form is None or not isinstance(raw, bytes) or len(raw) != form.size:
        return None
    (value,) = form.unpack(raw)
    return float(value) if math.isfinite(value) else None
