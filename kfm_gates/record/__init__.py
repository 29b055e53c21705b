"""Recording runs: `record_run` inside a Python pipeline, `seal_directory` after any other tool."""

from __future__ import annotations

from kfm_gates.record.catalogs.making import build_catalogs
from kfm_gates.record.recorder import RunRecorder
from kfm_gates.record.start import record_run

__all__ = ["RunRecorder", "build_catalogs", "record_run"]
