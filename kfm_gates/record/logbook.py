"""`logs/run.jsonl`: one JSON object per line, in order of time (R-023, R-048).

Lines go to `run.jsonl.part` as they happen, so that a run that dies leaves its story; the file
gets its name when the run ends.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from kfm_gates import times

SERVICE: Final = "kfm-gates"


class Logbook:
    """The log of one run. Thread-safe.

    Args:
        path: Where it ends up, `<run>/logs/run.jsonl`. Must not exist.
        context: Fields of every line: run_id, pipeline_id, correlation_id and the like.
        clock: Returns the current time in UTC.
    """

    def __init__(
        self, path: Path, context: Mapping[str, Any], clock: Callable[[], dt.datetime]
    ) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._context = dict(context)
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dt.datetime | None = None
        self._stream = self.part.open("xb")

    def now(self) -> dt.datetime:
        """The current time, never before the last line: clocks are set back now and then."""
        moment = self._clock()
        return moment if self._last is None else max(moment, self._last)

    def line(self, event: str, *, at: dt.datetime | None = None, **fields: Any) -> dt.datetime:
        """Write one line and return its time.

        Args:
            event: `start`, `finish`, `step` or `error`.
            at: Its time; now where it is left out.
            fields: Further fields of `log_line/v1`; those that are None are left out.
        """
        with self._lock:
            moment = self.now() if at is None else at
            self._last = moment
            self._stream.write(render(event, moment, self._context, fields))
            self._stream.flush()
        return moment

    def close(self) -> None:
        """Flush the log to the disk and give it its name."""
        with self._lock:
            if not self._stream.closed:
                os.fsync(self._stream.fileno())
                self._stream.close()
                os.replace(self.part, self.path)  # noqa: PTH105 - one way to rename in here

    def abandon(self) -> None:
        """Close the file and leave it as it is, without its final name."""
        with self._lock, suppress(OSError):
            self._stream.close()


def render(
    event: str, moment: dt.datetime, context: Mapping[str, Any], fields: Mapping[str, Any]
) -> bytes:
    """One line of a log, `log_line/v1`."""
    line = {"timestamp": times.render(moment), "event": event, **context}
    line.update({key: value for key, value in fields.items() if value is not None})
    text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode()
