"""`kfm-gates doctor`."""

from __future__ import annotations

import click

from kfm_gates.cli._app import example
from kfm_gates.cli._options import PathWord, color_option, json_option


@click.command("doctor", epilog=example("kfm-gates doctor", "kfm-gates doctor --json"))
@click.option("--opa", type=PathWord(), help="An OPA binary that the lock knows by its sha256.")
@json_option
@color_option
def doctor(opa: str | None, as_json: bool, color: str) -> int:
    """Look whether everything that a check needs is in order.

    Exit 0 only if it is, else 3. The output belongs into a bug report.
    """
    import dataclasses

    from kfm_gates.cli import _stream
    from kfm_gates.cli._probes import examine
    from kfm_gates.report._escape import MAX_PLACE, terminal
    from kfm_gates.report._paint import Paint
    from kfm_gates.report.json import dumps

    probes = list(examine(opa))
    fine = bool(probes) and all(probe.status in ("ok", "note") for probe in probes)
    if as_json:
        document = {
            "schema": "doctor/v1",
            "ok": fine,
            "probes": [
                {k: v for k, v in dataclasses.asdict(probe).items() if v is not None}
                for probe in probes
            ],
        }
        _stream.emit(dumps(document), "utf-8")
        return 0 if fine else 3
    look = _stream.look(color)
    paint = Paint(look["color"], look["unicode"], look["width"])
    marks = {"ok": "ok", "note": "warn", "fail": "fail"}
    lines: list[str] = []
    for probe in probes:
        text = f"{probe.id}: {terminal(probe.detail, MAX_PLACE)}"
        head, *rest = paint.prose(text, indent=9)
        lines += [f"{paint.mark(marks.get(probe.status, 'fail'), 8)} {head.lstrip()}", *rest]
        if probe.fix is not None and probe.status != "ok":
            lines += paint.field("fix", terminal(probe.fix), 9)
    problems = sum(probe.status not in ("ok", "note") for probe in probes)
    lines.append("")
    if fine:
        lines.append("Everything that a check needs is in order.")
        lines.append("next: kfm-gates check data/work/runs/FAMILY/RUN")
    else:
        lines.append(f"{problems} of {len(probes)} probes failed.")
    _stream.emit("\n".join(lines) + "\n")
    return 0 if fine else 3


COMMAND = doctor
