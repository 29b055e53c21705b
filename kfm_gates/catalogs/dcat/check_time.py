"""When things were issued and changed: dates that exist, in order, not in the future."""

from __future__ import annotations

from kfm_gates import times as clock
from kfm_gates.catalogs.dcat import codes, times
from kfm_gates.catalogs.dcat.model import Dataset, Distribution, Model, Value
from kfm_gates.catalogs.dcat.notes import Notes
from kfm_gates.model import Code


def dated(notes: Notes, model: Model) -> None:
    """When things were issued and changed."""
    subjects: list[Dataset | Distribution] = [*model.datasets.values()]
    for subject in [*subjects, *model.distributions.values()]:
        notes.look("dated", len(subject.issued) + len(subject.modified))
        issued = _spans(notes, model, subject.node, "issued", subject.issued)
        modified = _spans(notes, model, subject.node, "modified", subject.modified)
        for first, _ in issued:
            for last, text in modified:
                if first.after(last):
                    notes.remark(
                        model,
                        subject.node,
                        codes.DATE_ORDER,
                        f"{model.name(subject.node)} was modified before it was issued.",
                        got=f"modified {text}",
                        wanted=f"not before {clock.render(first.first)}",
                    )
        latest = notes.question.now + clock.MAX_SKEW
        for span, text in (*issued, *modified):
            if span.beyond(latest):
                notes.remark(
                    model,
                    subject.node,
                    codes.DATE_FUTURE,
                    f"A date of {model.name(subject.node)} lies in the future.",
                    got=text,
                    wanted=f"not after {clock.render(notes.question.now)}",
                )


def _spans(
    notes: Notes, model: Model, node: str, word: str, values: list[Value]
) -> list[tuple[times.Span, str]]:
    found = []
    for value in values:
        if word == "modified" and value.datatype == "" and times.REPEATING.fullmatch(value.text):
            continue
        found_span = span(notes, model, node, word, value, codes.DATE_INVALID)
        if found_span is not None:
            found.append((found_span, value.text))
    return found


def span(
    notes: Notes, model: Model, node: str, word: str, value: Value, code: Code
) -> times.Span | None:
    """Read a date; None, with a remark of that code, where it is malformed."""
    try:
        read = times.span(value)
    except ValueError as error:
        notes.remark(
            model,
            node,
            code,
            f"The date {word!r} of {model.name(node)} is malformed.",
            got=f"{value.text[:200]} ({error})",
            wanted="YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ",
        )
        return None
    if not read.typed:
        notes.remark(
            model,
            node,
            codes.DATE_UNTYPED,
            f"The date {word!r} of {model.name(node)} has no datatype for dates.",
            got=value.datatype,
            wanted="xsd:date or xsd:dateTime",
        )
    return read
