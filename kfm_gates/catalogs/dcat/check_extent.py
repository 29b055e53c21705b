"""Periods and places of datasets, and the order of their versions."""

from __future__ import annotations

from kfm_gates.catalogs.dcat import codes, geometry, times
from kfm_gates.catalogs.dcat.check_time import span as read_span
from kfm_gates.catalogs.dcat.model import Dataset, Model, Period, Space
from kfm_gates.catalogs.dcat.notes import Notes


def placed(notes: Notes, model: Model) -> None:
    """Periods and places."""
    for dataset in model.datasets.values():
        for period in dataset.periods:
            notes.look("placed")
            _period(notes, model, dataset, period)
        for space in dataset.spaces:
            notes.look("placed")
            boxes(model, dataset, space, notes)


def _period(notes: Notes, model: Model, dataset: Dataset, period: Period) -> None:
    spans: dict[str, list[times.Span]] = {"start": [], "end": []}
    for word, values in (("start", period.starts), ("end", period.ends)):
        for value in values:
            if value.text in ("", ".."):
                continue
            span = read_span(notes, model, period.node, word, value, codes.PERIOD_INVALID)
            if span is not None:
                spans[word].append(span)
    if any(start.after(end) for start in spans["start"] for end in spans["end"]):
        notes.remark(
            model,
            period.node,
            codes.PERIOD_INVALID,
            f"The period of {model.name(dataset.node)} ends before it starts.",
            got=f"{period.starts[0].text} to {period.ends[0].text}",
            wanted="start before end",
        )


def boxes(
    model: Model, dataset: Dataset, space: Space, notes: Notes | None = None
) -> list[geometry.Box]:
    """Extents of a place; what is wrong with them is noted where there are notes."""
    found = []
    for text, datatype, parts in (
        *((value.text, value.datatype, None) for value in space.geometries),
        *(("", "", parts) for parts in space.corners),
    ):
        shown = text if parts is None else ", ".join(parts)
        try:
            found.append(geometry.box(text, datatype) if parts is None else geometry.corners(parts))
        except geometry.UnknownError as error:
            if notes is not None and not space.named:
                place = model.name(dataset.node)
                notes.found.not_checked.append(f"a place of {place}: {error}")
        except ValueError as error:
            beyond = isinstance(error, geometry.OutOfRangeError)
            if notes is not None:
                notes.remark(
                    model,
                    space.node,
                    codes.SPATIAL_RANGE if beyond else codes.SPATIAL_INVALID,
                    f"The place of {model.name(dataset.node)} cannot be used: {error}.",
                    got=shown,
                    wanted="WKT, GeoJSON or west, south, east, north in degrees",
                )
    return found


def versions(notes: Notes, model: Model) -> None:
    """No dataset comes before itself; each cycle is told once."""
    before = {node: dataset.before for node, dataset in model.datasets.items()}
    names = {d.id: node for node, d in model.datasets.items() if d.id is not None}
    notes.look("versions", sum(map(len, before.values())))
    done: set[str] = set()
    for start in before:
        path: dict[str, None] = {}
        waiting = [(start, False)]
        while waiting:
            node, leave = waiting.pop()
            if leave:
                path.pop(node, None)
                done.add(node)
                continue
            if node in path:
                steps = list(path)
                steps = [*steps[steps.index(node) :], node]
                notes.remark(
                    model,
                    node,
                    codes.VERSION_CYCLE,
                    f"{model.name(node)} comes before itself.",
                    got=" after ".join(map(model.name, steps[:20])),
                )
                continue
            if node in done or node not in before:
                continue
            path[node] = None
            waiting.append((node, True))
            waiting.extend((names.get(prior, prior), False) for prior in before[node])
