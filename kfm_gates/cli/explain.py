"""`kfm-gates explain`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, Word, color_option, json_option

if TYPE_CHECKING:
    from kfm_gates.explain import Explanation


class CodeWord(Word):
    """A finding code, completed from the catalogue."""

    name = "code"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the codes."""
        from kfm_gates.explain import catalogue

        return [
            CompletionItem(code, help=item.title)
            for code, item in sorted(catalogue().items())
            if code.startswith(incomplete.upper())
        ]


@click.command(
    "explain",
    epilog=example("kfm-gates explain", "kfm-gates explain OUTPUT_DIGEST_MISMATCH"),
)
@click.argument("code", required=False, type=CodeWord(), metavar="[CODE]")
@click.option("--root", type=PathWord(), help="The lake whose house rules count. Default: here.")
@json_option
@color_option
def explain(code: str | None, root: str | None, as_json: bool, color: str) -> int:
    """Say what a finding code means, why it matters and what to do.

    Without CODE: all gates with their checks, and all rules, those of the lake included.
    """
    from kfm_gates.cli import _stream
    from kfm_gates.explain import catalogue
    from kfm_gates.report._paint import Paint
    from kfm_gates.report.json import dumps

    known = catalogue()
    if code is None or code.upper() not in known:
        known |= _house(root)
    if code is not None:
        chosen = known.get(code.upper())
        if chosen is None:
            raise _unknown(code, list(known))
        known = {chosen.code: chosen}
    if as_json:
        _stream.emit(dumps(_document(known, everything=code is None)), "utf-8")
        return 0
    look = _stream.look(color)
    paint = Paint(look["color"], look["unicode"], look["width"])
    lines = _all(known, paint) if code is None else _one(next(iter(known.values())), paint)
    _stream.emit("\n".join(lines) + "\n")
    return 0


def _house(root: str | None) -> dict[str, Explanation]:
    """The codes of a lake's house rules; nothing where there is no lake or none of them.

    Raises:
        UsageError: `--root` is no lake, or the house rules break the contract.
        PolicyError: There are house rules, and no OPA to read them.
    """
    from pathlib import Path

    from kfm_gates.errors import UsageError
    from kfm_gates.explain import catalogue
    from kfm_gates.policy.bundle import load_policy
    from kfm_gates.project import find_root, load_project

    try:
        lake = find_root(Path.cwd(), None if root is None else Path(root))
    except UsageError:
        if root is not None:
            raise
        return {}
    project = load_project(lake)
    if not project.house:
        return {}
    return catalogue(load_policy(None, project.house, None).rules)


def _unknown(code: str, known: list[str]) -> Exception:
    import difflib

    from kfm_gates.errors import UsageError

    close = difflib.get_close_matches(code.upper(), known, n=5, cutoff=0.5)
    close += [k for k in sorted(known) if code.upper() in k and k not in close][:5]
    return UsageError(
        f"There is no finding code {code!r}.",
        code="CODE_UNKNOWN",
        got=code,
        wanted=", ".join(close) or "one of 'kfm-gates explain'",
        fix="Run: kfm-gates explain",
    )


def _one(item: Explanation, paint: Any) -> list[str]:
    from kfm_gates.report._escape import terminal

    lines = [f"{paint.style(terminal(item.code), 'bold')}  {terminal(item.title)}", ""]
    rows = (
        ("what", item.what),
        ("why", item.why),
        ("fix", f"{item.who}: {item.fix}"),
        ("level", f"{item.level}{'; a profile may lower it to a warning' * item.may_warn}"),
        ("waiver", "a waiver may cover it" if item.waivable else "no waiver can cover it"),
        ("from", item.origin),
        ("source", ", ".join(item.source) or "-"),
    )
    for label, text in rows:
        lines += paint.field(label, terminal(text, 4000), 2)
    return lines


_OTHERS = {
    "host": "the host",
    "lint": "lint and the files of .kfm/",
    "call": "calls and configuration",
    "recorder": "the recorder",
}


def _all(known: dict[str, Explanation], paint: Any) -> list[str]:
    from kfm_gates.gates import all_gates
    from kfm_gates.report._escape import terminal

    lines: list[str] = []
    for gate in all_gates().values():
        lines.append(paint.style(f"gate {gate.id}", "bold") + f"  {gate.title}")
        for check in gate.checks:
            lines.append(f"  {check.id}: {check.title}")
            lines += paint.prose(", ".join(code.id for code in check.codes), 6)
    by_area: dict[str, list[Explanation]] = {}
    for item in known.values():
        if item.origin.startswith("rule:"):
            area = item.origin.removeprefix("rule:").rpartition(".")[0]
            by_area.setdefault(area, []).append(item)
    for area, items in sorted(by_area.items()):
        lines.append(paint.style(f"rules {terminal(area)}", "bold"))
        for item in items:
            name = terminal(item.origin.rpartition(".")[2])
            lines.append(f"  {name}: {terminal(item.title)}")
            lines += paint.prose(terminal(item.code), 6)
    for origin, title in _OTHERS.items():
        codes = (terminal(item.code) for item in known.values() if item.origin == origin)
        lines.append(paint.style(title, "bold"))
        lines += paint.prose(", ".join(codes), 6)
    return [*lines, "", "next: kfm-gates explain CODE"]


def _document(known: dict[str, Explanation], *, everything: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "explanations/v1",
        "codes": {code: dataclasses.asdict(item) for code, item in known.items()},
    }
    if everything:
        from kfm_gates.gates import all_gates

        document["gates"] = [
            {
                "id": gate.id,
                "title": gate.title,
                "checks": [
                    {
                        "id": check.id,
                        "title": check.title,
                        "conditional": check.conditional,
                        "codes": [code.id for code in check.codes],
                    }
                    for check in gate.checks
                ],
            }
            for gate in all_gates().values()
        ]
    return document


COMMAND = explain
