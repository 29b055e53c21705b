"""Words that fill a field and say nothing: `TODO`, `n/a`, `unknown`, `<holder>` (R-126, FO-32)."""

from __future__ import annotations

import re
import unicodedata

_NOTHING = """
    changeme deny dummy fixme keine keiner missing na niemand nil nobody none noassertion noone null
    pending placeholder restricted tba tbc tbd todo unbekannt undefined undetermined unknown
    unspecified unstated verification xxx
"""
_FILLING = """
    a an attribution author be by determined done for given holder is it known license licence
    licensed needs no not of or owner recorded reference rights set source spdx specified stated
    term terms the to yet
"""
_EMPTY_WORDS = frozenset(_NOTHING.split())
_FILLERS = frozenset(_FILLING.split())
_WHOLE = frozenset(
    {"notapplicable", "notavailable", "notspecified", "tobedetermined", "tobedone", "notknown"}
)
# Whatever follows these is a note about what is still to be written.
_NOTES = frozenset({"fixme", "tba", "tbc", "tbd", "todo", "xxx"})
_NOT_APPLICABLE = re.compile(r"n\s*[/.]\s*a\b|na\s*[(\[:;,\u2013\u2014-]")
_TEMPLATE = re.compile(r"<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{.*\}\}|\[[^\[\]]*\]|\.{2,}|…")


def is_placeholder(text: str) -> bool:
    """Tell whether a text only stands in for one that nobody has written yet.

    A text counts as one if it has no letter or digit, if it is a template (`<name>`, `${NAME}`),
    if it begins as a note to oneself (`TODO: ask`, `N/A (see below)`),
    or if it consists of words that say "nothing here" and words that only fill in.

    Args:
        text: Any text; its length is bounded by the schema it comes from.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if _TEMPLATE.fullmatch(plain):
        return True
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    joined = "".join(words)
    if not joined or words[0] in _NOTES or _NOT_APPLICABLE.match(plain):
        return True
    if joined in _EMPTY_WORDS or joined in _WHOLE:
        return True
    return not _EMPTY_WORDS.isdisjoint(words) and set(words) <= _EMPTY_WORDS | _FILLERS
