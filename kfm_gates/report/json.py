"""The report document itself, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from kfm_gates.report._api import Options, Renderer
from kfm_gates.report._document import ReportDoc
from kfm_gates.report._escape import json_text


def dumps(value: Any) -> str:
    """JSON with sorted keys, two spaces and a final line break; safe to show on a terminal.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)
    return json_text(text) + "\n"


def _render(document: ReportDoc, options: Options) -> str:
    return dumps(document)


RENDERER = Renderer("json", "The report document (schema report/v1).", _render)
