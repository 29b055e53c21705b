"""Words with a glyph and, where asked for, a colour. Never a colour alone."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

_SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}

# status -> (glyph, ASCII glyph, word, styles); what is not listed is shown as it is, in red.
_MARKS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "PASS": ("✔", "+", "PASS", ("green", "bold")),
    "FAIL": ("✘", "x", "FAIL", ("red", "bold")),
    "ERROR": ("!", "!", "ERROR", ("red", "bold")),
    "ok": ("✔", "+", "ok", ("green",)),
    "pass": ("✔", "+", "pass", ("green",)),
    "proved": ("✔", "+", "proved", ("green",)),
    "fail": ("✘", "x", "FAIL", ("red", "bold")),
    "failed": ("✘", "x", "FAILED", ("red", "bold")),
    "error": ("!", "!", "ERROR", ("red", "bold")),
    "unproven": ("?", "?", "unproven", ("yellow",)),
    "open": ("?", "?", "open", ("yellow",)),
    "not_applicable": ("-", "-", "n/a", ("dim",)),
    "deny": ("✘", "x", "deny", ("red", "bold")),
    "warn": ("▲", "^", "warn", ("yellow",)),
    "info": ("·", ".", "info", ("dim",)),
    "unanswered": ("!", "!", "UNANSWERED", ("red", "bold")),
    "waived": ("≈", "~", "waived", ("yellow",)),
}


@dataclass(frozen=True)
class Paint:
    """Makes pieces of text. Takes only strings that were escaped before."""

    color: bool
    unicode: bool
    width: int

    def style(self, text: str, *styles: str) -> str:
        """Return `text` in some styles, or as it is without colour."""
        if not self.color or not styles or not text:
            return text
        return f"\x1b[{';'.join(_SGR[s] for s in styles)}m{text}\x1b[0m"

    def mark(self, status: str, pad: int = 0) -> str:
        """Glyph and word of a status, padded to `pad` characters without the colour."""
        glyph, plain, word, styles = _MARKS.get(status, ("?", "?", status, ("red", "bold")))
        text = f"{glyph if self.unicode else plain} {word}"
        return self.style(text, *styles) + " " * (pad - len(text))

    def dot(self) -> str:
        """The separator between parts of a line."""
        return " · " if self.unicode else " | "

    def field(self, label: str, value: str, indent: int = 4) -> list[str]:
        """`label  value`, wrapped under the value. Long words, such as paths, stay whole."""
        head = " " * indent + f"{label:<7} "
        lines = textwrap.wrap(
            value,
            max(self.width - len(head), 24),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
        rest = [" " * len(head) + line for line in lines[1:]]
        styled = " " * indent + self.style(f"{label:<7}", "dim") + " "
        return [styled + lines[0], *rest]

    def prose(self, text: str, indent: int = 4) -> list[str]:
        """A paragraph."""
        return textwrap.wrap(
            text,
            max(self.width, indent + 24),
            initial_indent=" " * indent,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def columns(self, cells: list[tuple[str, int]], indent: int = 2) -> list[str]:
        """Cells in as many columns as fit. A cell is its text and its visible length."""
        if not cells:
            return []
        wide = max(length for _, length in cells) + 2
        per_line = max((self.width - indent) // wide, 1)
        rows = -(-len(cells) // per_line)
        lines = []
        for row in range(rows):
            line = " " * indent
            for text, length in cells[row::rows]:
                line += text + " " * (wide - length)
            lines.append(line.rstrip())
        return lines
