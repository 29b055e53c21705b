"""YAML as a way to write JSON by hand: what `.kfm/` and the profiles are written in.

The value is built here from the parser's events, so the surprises of YAML have no way in: no
aliases, tags or merge keys, no octal numbers, no `yes` and `no`, no dates, no duplicate keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from kfm_gates.errors import UsageError
from kfm_gates.evidence.json_numbers import exact_float, exact_int
from kfm_gates.evidence.json_positions import escape
from kfm_gates.evidence.text import is_text, shorten

MAX_BYTES: Final = 2**20
MAX_DEPTH: Final = 32

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
# YAML 1.1 and 1.2 agree on an exponent only with a fraction before it and a sign in it.
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None}


def loads(raw: bytes, *, file: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Parse one YAML document into JSON types.

    Plain `true`, `false`, `null`, `~` and nothing are what they are in JSON, plain whole numbers
    and decimals are numbers, everything else is text: `yes`, `2026-01-01`, `0o17`, `1e3` too.

    Args:
        raw: The bytes of the document.
        file: Its name, for the error.
        max_bytes: Largest document that is read.
        max_depth: How many containers may lie within each other.

    Returns:
        dict, list, str, int, float, bool or None.

    Raises:
        UsageError: The document is refused. `code` is one of YAML_TOO_LARGE, YAML_NOT_UTF8,
            YAML_BOM, YAML_EMPTY, YAML_SYNTAX, YAML_DUPLICATE_KEY, YAML_ALIAS, YAML_TAG,
            YAML_KEY, YAML_NUMBER, YAML_TOO_DEEP, YAML_MULTIPLE; `line` says where.
    """
    return _read(raw, file, max_bytes, max_depth).value


def lines(raw: bytes, *, file: str) -> dict[str, int]:
    """Say in which line, counted from 1, each value of a document is, by JSON Pointer.

    Raises:
        UsageError: As `loads`.
    """
    return _read(raw, file, MAX_BYTES, MAX_DEPTH).lines


@dataclass(slots=True)
class _Container:
    """A mapping or sequence that is still open."""

    value: dict[str, Any] | list[Any]
    pointer: str
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the value from events, refusing on the way."""

    file: str
    max_depth: int
    value: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    _stack: list[_Container] = field(default_factory=list)
    _documents: int = 0

    def feed(self, event: Any) -> None:
        """Take one event of the parser."""
        line = event.start_mark.line + 1
        match type(event).__name__:
            case "DocumentStartEvent":
                self._documents += 1
                if self._documents > 1:
                    self._refuse("YAML_MULTIPLE", line, "There is a second document.", "one")
            case "AliasEvent":
                self._refuse("YAML_ALIAS", line, "There is an alias.", "the value itself")
            case "ScalarEvent":
                self._check(event, line)
                if not self._takes_key(event, line):
                    self._place(self._scalar(event, line), line)
            case "MappingStartEvent" | "SequenceStartEvent" as kind:
                self._check(event, line)
                if self._is_at_key():
                    self._refuse("YAML_KEY", line, "A key is not text.", "text as keys")
                container: Any = {} if kind == "MappingStartEvent" else []
                pointer = self._place(container, line)
                self._stack.append(_Container(container, pointer))
                if len(self._stack) > self.max_depth:
                    wanted = f"at most {self.max_depth} containers within each other"
                    self._refuse(
                        "YAML_TOO_DEEP", line, "The document is nested too deeply.", wanted
                    )
            case "MappingEndEvent" | "SequenceEndEvent":
                self._stack.pop()

    def _check(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._refuse("YAML_ALIAS", line, "There is an anchor.", "the value where it is needed")
        if event.tag is not None:
            tag = shorten(str(event.tag))
            self._refuse("YAML_TAG", line, "There is a tag.", "values without tags", tag)

    def _is_at_key(self) -> bool:
        top = self._stack[-1] if self._stack else None
        return top is not None and isinstance(top.value, dict) and top.key is None

    def _takes_key(self, event: Any, line: int) -> bool:
        """Take a scalar as a key, if that is what comes next."""
        if not self._is_at_key():
            return False
        top = self._stack[-1]
        key = self._scalar(event, line)
        if not isinstance(key, str) or (event.implicit[0] and key == "<<"):
            self._refuse("YAML_KEY", line, "A key is not text.", "text as keys", event.value)
        if key in top.value:
            text = f"The key {shorten(key)} appears twice."
            self._refuse("YAML_DUPLICATE_KEY", line, text, "every key once")
        top.key = key
        self.lines[f"{top.pointer}/{escape(key)}"] = line
        return True

    def _place(self, value: Any, line: int) -> str:
        """Put a value where it belongs and return its pointer."""
        if not self._stack:
            self.value = value
            self.lines[""] = line
            return ""
        top = self._stack[-1]
        if isinstance(top.value, list):
            pointer = f"{top.pointer}/{len(top.value)}"
            top.value.append(value)
            self.lines[pointer] = line
            return pointer
        key = top.key or ""
        top.value[key] = value
        top.key = None
        return f"{top.pointer}/{escape(key)}"

    def _scalar(self, event: Any, line: int) -> Any:
        text: str = event.value
        if not is_text(text):
            self._refuse("YAML_SYNTAX", line, "There is half of a surrogate pair.", "characters")
        if not event.implicit[0]:
            return text
        if text == "":
            return None
        if text in _WORDS:
            return _WORDS[text]
        try:
            if _INTEGER.fullmatch(text):
                return exact_int(text)
            if _FLOAT.fullmatch(text):
                return exact_float(text)
        except ValueError:
            message = "The number loses precision when it is read."
            self._refuse("YAML_NUMBER", line, message, "a shorter number, or text in quotes", text)
        return text

    def _refuse(
        self, code: str, line: int, message: str, wanted: str, got: str | None = None
    ) -> NoReturn:
        raise _refused(self.file, code, message, line, wanted, got)


def _read(raw: bytes, file: str, max_bytes: int, max_depth: int) -> _Builder:
    builder = _Builder(file, max_depth)
    for event in _events(_decode(raw, file, max_bytes), file):
        builder.feed(event)
    if builder.value is None:
        raise _refused(file, "YAML_EMPTY", "The document is empty.", None, "a mapping")
    return builder


def _decode(raw: bytes, file: str, max_bytes: int) -> str:
    if len(raw) > max_bytes:
        wanted = f"at most {max_bytes} bytes"
        raise _refused(file, "YAML_TOO_LARGE", "The document is too large.", None, wanted)
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        message = "The document starts with a byte order mark."
        raise _refused(file, "YAML_BOM", message, 1, "UTF-8 without a byte order mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"Byte {error.start} is not UTF-8."
        raise _refused(file, "YAML_NOT_UTF8", message, line, "UTF-8") from None
    if odd := _ODD_BREAKS.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        message = "There is a line break that YAML 1.1 and 1.2 read differently."
        raise _refused(file, "YAML_SYNTAX", message, line, "line feeds", ascii(odd[0]))
    return text


def _events(text: str, file: str) -> Iterator[Any]:
    import yaml

    # The events come one by one, so what is refused early is never parsed to its end.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = shorten(str(getattr(error, "problem", None) or "it is no YAML"))
        raise _refused(
            file,
            "YAML_SYNTAX",
            f"The document cannot be parsed: {problem}.",
            mark.line + 1 if mark is not None else None,
            "one YAML document",
        ) from None


def _refused(
    file: str, code: str, message: str, line: int | None, wanted: str, got: str | None = None
) -> UsageError:
    return UsageError(
        message,
        code=code,
        file=file,
        line=line,
        got=None if got is None else shorten(got),
        wanted=wanted,
        fix=f"Mend {file}{f', line {line}' if line else ''}.",
    )
