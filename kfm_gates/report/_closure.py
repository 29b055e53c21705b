"""The closure matrix in text: a line where all agrees, a table where something does not."""

from __future__ import annotations

from typing import Final

from kfm_gates.report._api import Options
from kfm_gates.report._document import CellDoc, ClosureDoc, RowDoc, RunDoc
from kfm_gates.report._escape import MAX_PLACE, terminal
from kfm_gates.report._paint import Paint

MAX_ROWS: Final = 20
MAX_VERBOSE_ROWS: Final = 200
MAX_NAMED: Final = 10
"""Faulty cells that are named one by one below the table."""

# verdict -> (glyph, ASCII text, word, style); what is not listed is shown as it is, in red.
_CELLS: Final[dict[str, tuple[str, str, str, str]]] = {
    "agree": ("✔", "ok", "", "green"),
    "not_required": ("–", "-", "", "dim"),  # noqa: RUF001 - a dash, as in printed tables
    "unproven": ("?", "?", "unproven", "yellow"),
    "contradicting": ("✘", "x", "differs", "red"),
    "duplicated": ("✘", "x", "twice", "red"),
    "extra": ("✘", "x", "extra", "red"),
    "missing": ("✘", "x", "missing", "red"),
}
_FINE: Final = frozenset({"agree", "not_required"})
_ORDER: Final = {"extra": 0, "output": 1, "dataset": 2, "catalog": 3, "file": 4}


def closure_block(run: RunDoc, paint: Paint, options: Options) -> list[str]:
    """The closure of a run; nothing where it carries no catalog."""
    closure = run.get("closure")
    if closure is None:
        return []
    if not options.verbose and not any(_faulty(row) for row in closure["rows"]):
        return ["", *paint.prose(_summary(run, closure, paint), indent=0)]
    rows = sorted(closure["rows"], key=lambda row: (not _faulty(row), _ORDER.get(row["kind"], 9)))
    shown = rows[: MAX_VERBOSE_ROWS if options.verbose else MAX_ROWS]
    lines = ["", *_table(shown, closure, paint)]
    rest = len(rows) - len(shown) + closure["left_out"]
    if rest:
        bad = sum(_faulty(row) for row in rows[len(shown) :])
        lines.append(f"  and {rest} more rows, {bad} of them not in order")
    return [*lines, *_named(shown, closure, paint, options)]


def _faulty(row: RowDoc) -> bool:
    return any(cell["verdict"] not in _FINE for cell in row["cells"].values())


def _summary(run: RunDoc, closure: ClosureDoc, paint: Paint) -> str:
    number = sum(row["kind"] == "output" for row in closure["rows"])
    artifacts = f"{number} artifact{'' if number == 1 else 's'}"
    if closure["left_out"]:
        artifacts = f"{number} artifacts and {closure['left_out']} more rows"
    sources = ", ".join(terminal(source) for source in closure["sources"])
    status = next((gate["status"] for gate in run["gates"] if gate["id"] == "closure"), "")
    verdict = "all agree"
    if status == "error":
        verdict = "not everything could be read; what could be read agrees"
    elif status != "pass":
        verdict = "no cell differs; see the findings"
    return f"closure  {artifacts} {'×' if paint.unicode else 'x'} {sources}: {verdict}"  # noqa: RUF001


def _table(rows: list[RowDoc], closure: ClosureDoc, paint: Paint) -> list[str]:
    sources = [source for source in closure["sources"] if any(source in r["cells"] for r in rows)]
    cells = [[_cell(row["cells"].get(source), paint) for source in sources] for row in rows]
    heads = [terminal(source) for source in sources]
    wide = [
        max(len(head), *(len(line[n][0]) for line in cells)) + 2 for n, head in enumerate(heads)
    ]
    names = [terminal(row["artifact"], MAX_PLACE) for row in rows]
    room = max(paint.width - sum(wide) - 4, 16)
    first = min(max((len(name) for name in names), default=0), room)
    title = f"{'closure':<{first + 2}}  " + "".join(
        f"{head:<{width}}" for head, width in zip(heads, wide, strict=True)
    )
    lines = [paint.style(title.rstrip(), "dim")]
    for name, line in zip(names, cells, strict=True):
        shown = f"  {name:<{first}}  "
        if len(name) > first:
            # A path is never cut: it has a line of its own.
            lines.append(f"  {name}")
            shown = " " * (first + 4)
        for (text, style), width in zip(line, wide, strict=True):
            shown += paint.style(text, style) + " " * (width - len(text))
        lines.append(shown.rstrip())
    return lines


def _cell(cell: CellDoc | None, paint: Paint) -> tuple[str, str]:
    """Text of a cell and its style."""
    if cell is None:
        return "?", "red"
    glyph, plain, word, style = _CELLS.get(
        cell["verdict"], ("?", "?", terminal(cell["verdict"], 20), "red")
    )
    return f"{glyph if paint.unicode else plain} {word}".rstrip(), style


def _named(rows: list[RowDoc], closure: ClosureDoc, paint: Paint, options: Options) -> list[str]:
    """Faulty cells, each with where its source speaks of the artifact."""
    found: list[str] = []
    for row in rows:
        for source in closure["sources"]:
            cell = row["cells"].get(source)
            if cell is None or cell["verdict"] in _FINE:
                continue
            word = _CELLS.get(cell["verdict"], ("", "", terminal(cell["verdict"], 20), ""))[2]
            says = cell.get("says", [])
            places = [
                " ".join(part for part in (one["file"], one.get("pointer")) if part)
                for one in [one for one in says if one.get("faulty")] or says
            ]
            at = "; ".join(terminal(place, MAX_PLACE) for place in places[:2])
            name = terminal(row["artifact"], MAX_PLACE)
            found.append(f"{terminal(source)} {word}: {name}" + (f", at {at}" if at else ""))
    cap = len(found) if options.verbose else MAX_NAMED
    lines = [line for text in found[:cap] for line in paint.prose(text)]
    if len(found) > cap:
        lines.append(f"    and {len(found) - cap} more cells; --verbose names them")
    return lines
