"""Read members of a JSON object that may hold anything: closed, typed, canonical."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from typing import Any, Final

from kfm_gates.attest.results import Refused
from kfm_gates.model import Code

_UINT = re.compile(r"0|[1-9][0-9]{0,19}")
_UINT64: Final = 2**64


class Reader:
    """Takes members out of one object, and refuses with one code whatever is not as it should.

    Args:
        value: What should be an object.
        pointer: Where it is, a JSON Pointer.
        code: The code of a refusal.
        required: Members that have to be there.
        optional: Members that may be there. Others are refused.
    """

    def __init__(
        self,
        value: Any,
        pointer: str,
        code: Code,
        required: Collection[str] = (),
        optional: Collection[str] | None = (),
    ) -> None:
        self.pointer = pointer
        self.code = code
        if not isinstance(value, dict):
            raise self.refusal("This is not an object.", "")
        self.value: dict[str, Any] = value
        for name in required:
            if name not in value:
                raise self.refusal(f"The member {name} is missing.", "")
        if optional is not None:
            unknown = sorted(set(value) - set(required) - set(optional))
            if unknown:
                raise self.refusal("There is an unknown member.", "", got=unknown[0])

    def refusal(self, why: str, name: str, **more: Any) -> Refused:
        """A refusal at a member."""
        where = f"{self.pointer}/{name}" if name else self.pointer
        return Refused(self.code, why, pointer=where, **more)

    def __contains__(self, name: str) -> bool:
        return name in self.value

    def text(self, name: str, limit: int = 1 << 20) -> str:
        """A string, not empty."""
        value = self.value.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self.refusal(f"{name} is not a text.", name)
        return value

    def items(self, name: str, most: int) -> list[Any]:
        """A list, bounded; it may be empty."""
        value = self.value.get(name)
        if not isinstance(value, list):
            raise self.refusal(f"{name} is not a list.", name)
        if len(value) > most:
            raise self.refusal(
                f"{name} is too long.", name, got=len(value), wanted=f"at most {most}"
            )
        return value

    def octets(self, name: str) -> bytes:
        """Bytes in base64, in the one way in which they can be written; not empty."""
        text = self.value.get(name)
        if not isinstance(text, str) or not text:
            raise self.refusal(f"{name} is not base64.", name)
        raw = strict_base64(text)
        if raw is None:
            raise self.refusal(
                f"{name} is not base64 as RFC 4648 writes it.", name, wanted="canonical base64"
            )
        return raw

    def number(self, name: str) -> int:
        """An unsigned 64-bit integer, written as protobuf does: a decimal string."""
        text = self.value.get(name)
        if not isinstance(text, str) or not _UINT.fullmatch(text) or int(text) >= _UINT64:
            raise self.refusal(f"{name} is not a number in a string.", name)
        return int(text)

    def inner(
        self, name: str, required: Collection[str] = (), optional: Collection[str] | None = ()
    ) -> Reader:
        """An object inside this one."""
        return Reader(self.value.get(name), f"{self.pointer}/{name}", self.code, required, optional)


def strict_base64(text: str) -> bytes | None:
    """Decode standard base64; None unless encoding the bytes gives the same text again."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None
