"""Does a log line hold what must never be logged whole: headers, payloads, environments (R-138)?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ALWAYS = """
    body cookies headers http_headers http_body payload raw_body raw_headers raw_payload raw_request
    raw_response request_body request_headers request_payload response_body response_headers
    response_payload
"""
_CONTENTS = frozenset(_ALWAYS.split())
_TABLES = frozenset({"env", "environ", "environment"})
_HTTP = re.compile(
    r"^(?:HTTP/\d(?:\.\d)? \d{3}[^\r\n]{0,200}|[A-Z]{3,7} [^\s]{1,2000} HTTP/\d(?:\.\d)?)\r?\n"
    r"[A-Za-z][A-Za-z0-9-]{1,60}: ",
    re.MULTILINE,
)


def dump_in(line: Mapping[str, Any]) -> str | None:
    """JSON Pointer of the first thing in a log line that is a dump, None where there is none.

    Own fields (`x_`) are looked at by their names, at any depth: `x_headers`, `x_request.body`.
    Numbers and booleans (`body: 1024`) are no contents. Texts are looked at for HTTP messages.
    """
    stack: list[tuple[str, str, Any]] = [("", "", line)]
    while stack:
        pointer, key, value = stack.pop()
        name = key.casefold().replace("-", "_").removeprefix("x_")
        if name in _CONTENTS and isinstance(value, str | dict | list) and value:
            return pointer
        if name in _TABLES and isinstance(value, dict) and value:
            return pointer
        if isinstance(value, dict):
            for inner, content in value.items():
                step = inner.replace("~", "~0").replace("/", "~1")
                stack.append((f"{pointer}/{step}", inner, content))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{n}", "", content) for n, content in enumerate(value))
        elif isinstance(value, str) and "HTTP/" in value and _HTTP.search(value):
            return pointer
    return None
