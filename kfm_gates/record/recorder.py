"""One run while it happens: what a pipeline may say about it, and its end."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TextIO, overload

from kfm_gates.errors import RecorderError
from kfm_gates.evidence.run_dir import Run
from kfm_gates.record import finish, ids
from kfm_gates.record.artifacts import Artifacts
from kfm_gates.record.checks import Value, make_check, number
from kfm_gates.record.guard import Guard
from kfm_gates.record.inputs import Inputs
from kfm_gates.record.logbook import SERVICE, Logbook
from kfm_gates.record.receipts import Described
from kfm_gates.record.settings import Settings
from kfm_gates.record.write import create_run_dir, make_folders

LEVELS: Final = ("debug", "info", "warning", "error")
MAX_MESSAGE: Final = 4000
"""Log messages are cut here: a log is read by people, line by line."""


class RunRecorder:
    """One run while it happens. Made by `record_run`; every method may be called by any thread.

    Attributes:
        run_id: The run's ULID; its time is `started_at`.
        started_at: When the run began, UTC.
        path: The run directory.
        artifacts: Folder for outputs.
        logs: Folder for logs of the pipeline's own, beside `run.jsonl`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._guard = Guard()
        layout, lake = settings.layout, settings.lake
        self.started_at = ids.now()
        self.run_id = ids.new_run_id(self.started_at)
        self.path = create_run_dir(
            lake.root, layout.runs, settings.family, self.run_id, (layout.artifacts, layout.logs)
        )
        self.artifacts = self.path / layout.artifacts
        self.logs = self.path / layout.logs
        self._place = f"{layout.runs}/{settings.family}/{self.run_id}"
        self._inputs = Inputs(lake, layout.zones["raw"], self._guard)
        self._outputs = Artifacts(lake, f"{self._place}/{layout.artifacts}", self._guard)
        self._documents = Artifacts(
            lake, f"{self._place}/{layout.catalog}", self._guard, what="catalog"
        )
        self._checks: dict[str, dict[str, Any]] = {}
        self._metrics: dict[str, int | float] = {}
        self._transforms: list[dict[str, Any]] = []
        self._catalogs: dict[str, bool] = {}
        context = {"service": SERVICE, "run_id": self.run_id} | settings.log_context()
        self._log = Logbook(self.logs / "run.jsonl", context, ids.now)
        self._log.line("start", at=self.started_at, status="started")
        for message in settings.remarks():
            self._warn(message)

    @property
    def family(self) -> str:
        """Dataset family."""
        return self._settings.family

    @property
    def root(self) -> Path:
        """The lake root."""
        return self._settings.lake.root

    @property
    def catalogs(self) -> Path:
        """Folder for catalog documents that the pipeline writes itself, made when asked for.

        Each of them is declared with `catalog`. Those of `write_catalogs` need neither.

        Raises:
            RecorderError: The folder is a link or a file, or the disk refuses.
        """
        folder = self._settings.layout.catalog
        make_folders(self.path, [f"{folder}/."])
        return self.path / folder

    @property
    def job_id(self) -> str | None:
        """Id of the job that this run belongs to."""
        return self._settings.job_id

    @property
    def correlation_id(self) -> str | None:
        """Id that ties this run to the request or job that caused it; pass it on."""
        return self._settings.correlation_id

    @property
    def parent(self) -> str | None:
        """Run id of the run that started this one."""
        return self._settings.parent_run_id

    @overload
    def input(
        self,
        path: str | os.PathLike[str],
        role: str = ...,
        digest: None = ...,
        label: str | None = ...,
    ) -> Path: ...

    @overload
    def input(
        self,
        path: str | os.PathLike[str],
        role: str = ...,
        *,
        digest: str,
        label: str | None = ...,
    ) -> Path | None: ...

    def input(
        self,
        path: str | os.PathLike[str],
        role: str = "primary",
        digest: str | None = None,
        label: str | None = None,
    ) -> Path | None:
        """Declare an input: a file of the raw zone, hashed now, or a URI with its digest.

        Args:
            path: A path, relative to the lake root or absolute, or a URI.
            role: Its part in the run, such as `primary` or `reference`.
            digest: `sha256:<64 hex>`; required for a URI, compared where the bytes are here.
            label: Sensitivity label of this input, one of the seven.

        Returns:
            Where the file lies; None for a URI.

        Raises:
            RecorderError: It is missing, outside the raw zone, behind a link, not what `digest`
                says, or declared before and differently.
        """
        return self._inputs.declare(path, role, digest, label)

    def output(
        self,
        path: str | os.PathLike[str],
        role: str = "primary",
        media_type: str | None = None,
        label: str | None = None,
        name: str | None = None,
        catalog_ids: Mapping[str, str] | None = None,
    ) -> Path:
        """Declare an output, hashed now: call it once nothing writes to the file any more.

        Args:
            path: A file below `artifacts` (relative paths are relative to it), or one that lies
                elsewhere, which is copied there.
            role: Its part, such as `primary` or `intermediate`.
            media_type: IANA media type.
            label: Sensitivity label of this output, one of the seven.
            name: Name of a copy below `artifacts`; its own name where left out.
            catalog_ids: Its names in catalogs that do not use its path, by any of `stac`
                (`<item id>#<asset key>`), `dcat` (IRI of the distribution), `prov` (IRI of the
                entity) and `openlineage` (`<namespace>/<name>`). Each has to be used there.

        Returns:
            Where the output lies.

        Raises:
            RecorderError: It is missing, a folder, a link, unsafe in name, or declared before; or
                `catalog_ids` are malformed.
        """
        return self._outputs.declare(
            path, name, role=role, media_type=media_type, label=label, catalog_ids=catalog_ids
        )

    @overload
    def open_output(
        self,
        name: str,
        role: str = ...,
        media_type: str | None = ...,
        label: str | None = ...,
        mode: Literal["wb"] = ...,
        catalog_ids: Mapping[str, str] | None = ...,
    ) -> BinaryIO: ...

    @overload
    def open_output(
        self,
        name: str,
        role: str = ...,
        media_type: str | None = ...,
        label: str | None = ...,
        *,
        mode: Literal["w"],
        catalog_ids: Mapping[str, str] | None = ...,
    ) -> TextIO: ...

    def open_output(
        self,
        name: str,
        role: str = "primary",
        media_type: str | None = None,
        label: str | None = None,
        mode: Literal["wb", "w"] = "wb",
        catalog_ids: Mapping[str, str] | None = None,
    ) -> BinaryIO | TextIO:
        r"""Open a new output that is hashed while it is written.

        Use it in a `with` block: where the block raises, the half-written file is removed and is
        no output. It cannot seek; what has to, writes below `artifacts` and calls `output`.

        Args:
            name: Name below `artifacts`; folders on the way are made.
            role: As in `output`.
            media_type: As in `output`.
            label: As in `output`.
            mode: `wb`, or `w` for text in UTF-8 with `\n`.
            catalog_ids: As in `output`.

        Raises:
            RecorderError: The name is unsafe or taken, or `catalog_ids` are malformed.
        """
        return self._outputs.open(
            name, mode, role=role, media_type=media_type, label=label, catalog_ids=catalog_ids
        )

    def catalog(self, path: str | os.PathLike[str], name: str | None = None) -> Path:
        """Declare a catalog document that was made elsewhere: STAC, DCAT, PROV or OpenLineage.

        It is hashed now, so call it once nothing writes to the file any more. The manifest lists
        it, beside the documents of `write_catalogs`, and the seal covers it. The gates judge it
        as they judge those.

        Args:
            path: A file below `catalogs` (relative paths are relative to it), or one that lies
                elsewhere, which is copied there.
            name: Name of a copy below `catalogs`; its own name where left out.

        Returns:
            Where the document lies.

        Raises:
            RecorderError: It is missing, a folder, a link, unsafe in name, declared before, or
                one that `write_catalogs` was asked to write.
        """
        place = self._documents.declare(path, name)
        with self._guard:
            asked = tuple(self._catalogs)
        if asked:
            from kfm_gates.record.catalogs import making

            making.refuse_existing(self._open(), asked)
        return place

    def metric(self, name: str, value: float) -> None:
        """Record a number about the outputs, such as `rows`.

        Raises:
            RecorderError: It is not a finite number, or the metric has another value already.
        """
        ids.checked_name(name, "name of a metric")
        kept = number(value, f"metric {name}")
        with self._guard:
            if self._metrics.setdefault(name, kept) != kept:
                raise RecorderError(
                    f"The metric {name} was recorded before, with another value.",
                    code="METRIC_DUPLICATE",
                    got=str(kept),
                    wanted=str(self._metrics[name]),
                )

    def check(
        self,
        name: str,
        status: str | None = None,
        *,
        observed: Value | None = None,
        threshold: Mapping[str, Value] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> str:
        """Record a quality check; its status follows from the numbers where it is left out.

        Args:
            name: Name of the check.
            status: `pass`, `fail`, `warn`, `skip`, `error` or `not_applicable`.
            observed: What was measured.
            threshold: `{"min": …, "max": …, "equals": …}`; where left out, the threshold of that
                name in `record_run(thresholds=…)` or in the family file.
            details: Anything else worth keeping, plain JSON.

        Returns:
            The status that was recorded.

        Raises:
            RecorderError: The status contradicts the numbers or cannot be computed, or there is
                a check of that name.
        """
        bounds = self._settings.thresholds.get(name) if threshold is None else threshold
        entry = make_check(name, status, observed=observed, threshold=bounds, details=details)
        with self._guard:
            if name in self._checks:
                raise RecorderError(
                    f"The check {name} was recorded before.", code="CHECK_DUPLICATE", got=name
                )
            self._checks[name] = entry
        return str(entry["status"])

    def log(self, message: str, stage: str | None = None, level: str | None = None) -> None:
        """Write a line to the log of the run.

        Never log credentials, headers or payloads: a run whose log holds one is refused. So is a
        run that logs an `error` and then succeeds; what was dealt with is a `warning`.

        Args:
            message: What happened; cut after 4,000 characters.
            stage: Stage of the pipeline, such as `Validation` or `Transform`.
            level: `debug`, `info` (where left out), `warning` or `error`.

        Raises:
            RecorderError: The level is unknown, or the stage cannot be written.
        """
        if level is not None and level not in LEVELS:
            raise RecorderError(
                "The log level is unknown.",
                code="LOG_LEVEL_INVALID",
                got=ids.shown(level),
                wanted=", ".join(LEVELS),
            )
        text = ids.clean(str(message), MAX_MESSAGE) or "(empty)"
        part = None if stage is None else ids.checked_name(stage, "stage")
        is_error = level == "error"
        with self._guard:
            self._log.line(
                "error" if is_error else "step",
                level=level or "info",
                stage=part,
                message=text,
                error={"message": text} if is_error else None,
            )

    def transform(self, name: str, kind: str = "transform", description: str | None = None) -> None:
        """Record what was done between inputs and outputs.

        Args:
            name: What was done, such as `decode_topojson`.
            kind: `transform`, another kind, or `redaction`, `generalization`, `masking`: only
                with one of these three does a run say that something was taken out.
            description: How, in a sentence.

        Raises:
            RecorderError: A text that cannot be written.
        """
        entry = {
            "name": ids.checked_name(name, "name of a transform"),
            "kind": ids.checked_kind(kind),
        }
        if description is not None:
            entry["description"] = ids.checked_text(description, "description of a transform")
        with self._guard:
            self._transforms.append(entry)

    def write_catalogs(self, kinds: Iterable[str] | None = None) -> None:
        """Have catalogs of the run written: STAC, DCAT, PROV and OpenLineage.

        It may be called at any time within the block, once is enough. The documents are written
        to `catalog/` when the block ends and nothing went wrong, before the receipts and the
        seal, which cover them. What is in them comes from the receipts, from the family file
        and, for the extent, from the outputs.

        Args:
            kinds: Any of `stac`, `dcat`, `prov`, `openlineage`. Where left out, all of them, but
                STAC only if an output turns out to have an extent.

        Raises:
            RecorderError: A kind is unknown, the family file does not say what a catalog needs
                (title, description, publisher, contact, licence), `extents` is malformed, or
                the pipeline wrote such a file itself.
        """
        from kfm_gates.record import catalogs
        from kfm_gates.record.catalogs import making

        settings = self._settings
        chosen = catalogs.checked_kinds(kinds)
        catalogs.require(chosen, settings.family, settings.known, settings.rights)
        making.check_stated(settings.extents or {})
        making.refuse_existing(self._open(), chosen)
        with self._guard:
            for kind in chosen:
                self._catalogs[kind] = self._catalogs.get(kind, False) or kinds is not None

    def _open(self) -> Run:
        return Run.open(self.path, root=self.root, layout=self._settings.layout)

    def _warn(self, message: str, at: dt.datetime | None = None) -> None:
        logging.getLogger("kfm_gates.record").warning("%s: %s", self.run_id, message)
        self._log.line("step", at=at, level="warning", message=ids.clean(message, MAX_MESSAGE))

    def _finish(self, error: BaseException | None) -> RecorderError | None:
        """Write the end of the run; what went wrong beyond `error` is returned, not raised."""
        self._guard.close()
        trouble: RecorderError | None = None
        try:
            trouble = self._look_again()
            trouble = self._write(error if error is not None else trouble) or trouble
        except Exception as failure:
            trouble = finish.as_recorder_error(failure)
            if trouble is not failure:
                trouble.__cause__ = failure
            self._log.abandon()
        return trouble

    def _look_again(self) -> RecorderError | None:
        """Find what makes a run that ended well a failed one."""
        unfinished = self._outputs.close()
        unfinished += self._documents.close()
        changed = self._inputs.changed() + self._outputs.refresh() + self._documents.refresh()
        for names, what, code in (
            (unfinished, "never finished", "OUTPUT_UNFINISHED"),
            (changed, "changed after it was declared", "EVIDENCE_CHANGED"),
        ):
            if names:
                message = f"{finish.listed(names)}: {what}."
                self._warn(message)
                return RecorderError(message, code=code, file=names[0])
        return None

    def _write(self, error: BaseException | None) -> RecorderError | None:
        """Write the end of the run; what went wrong with the catalogs is returned."""
        settings = self._settings
        outputs = self._outputs.entries()
        prefix = f"{self._place}/"
        own = {
            entry["path"].removeprefix(prefix) for entry in (*outputs, *self._documents.entries())
        }
        for message in finish.warnings(self.path, self.root, settings.layout, own):
            self._warn(message)
        for what, found in (
            ("input", self._inputs.entries()),
            ("output", outputs),
            ("check", self._checks),
        ):
            if not found:
                self._warn(f"The run recorded no {what}; no gate lets it pass.")
        catalogs: Mapping[str, bytes] = {}
        trouble: RecorderError | None = None
        ended_at = self._log.now()
        described = self._described(ended_at, finish.ending(error, self.root), outputs)
        if self._catalogs and error is None:
            try:
                described, catalogs = self._made(described)
            except RecorderError as failure:
                error = trouble = failure
                self._warn(f"No catalogs: {failure.message}")
                ended_at = self._log.now()
                described = self._described(ended_at, finish.ending(error, self.root), outputs)
        end = finish.ending(error, self.root)
        self._log.line(
            "finish",
            at=ended_at,
            status=end.status,
            duration_ms=finish.milliseconds(self.started_at, ended_at),
            error=end.logged,
        )
        self._log.close()
        known = self._outputs.known() | self._documents.known()
        finish.write(settings.lake, settings.layout, described, self._place, known, catalogs)
        return trouble

    def _described(
        self, ended_at: dt.datetime, end: finish.Ending, outputs: list[dict[str, Any]]
    ) -> Described:
        return self._settings.describe(
            run_id=self.run_id,
            started_at=self.started_at,
            ended_at=ended_at,
            status=end.status,
            error=end.error,
            inputs=self._inputs.entries(),
            outputs=outputs,
            checks=list(self._checks.values()),
            metrics=self._metrics,
            transforms=self._transforms,
            catalog_refs=[entry["path"] for entry in self._documents.entries()],
        )

    def _made(self, described: Described) -> tuple[Described, Mapping[str, bytes]]:
        from kfm_gates.record.catalogs import making

        kinds = tuple(self._catalogs)
        named = self._catalogs.get("stac", False)
        made = making.for_run(described, self._settings.known, self._open(), kinds, named=named)
        for remark in made.remarks:
            self._warn(remark, at=described.ended_at)
        return made.run, made.documents
