"""PROV-JSON: which activity made the outputs, of which inputs, by which plan, for whom."""

from __future__ import annotations

import json
import re
import urllib.parse
from typing import Any, Final

from kfm_gates.record.catalogs.render import document
from kfm_gates.record.catalogs.subject import NS, Subject

FILE: Final = "prov.json"

PREFIXES: Final = {
    "dataset": "kfm://dataset/",
    "kfm": NS,
    "lake": "kfm://lake/",
    "pipeline": "kfm://pipeline/",
    "run": "kfm://run/",
}
_LOCAL = re.compile(
    r"[A-Za-z0-9_/@~&+*?#$!](?:[A-Za-z0-9_/@~&+*?#$!.%-]*[A-Za-z0-9_/@~&+*?#$!%-])?"
)
"""What stands behind a prefix in PROV-N without an escape; the rest has to be the namespace."""


def write(subject: Subject, kinds: tuple[str, ...]) -> dict[str, bytes]:
    """The document, by path below the folder of catalogs.

    Each output has one generation, by the run. Which transforms took something out is said by
    activities of their own, of whose work the run was informed. No generation has a time: of the
    outputs it is only known that they were made between start and end.

    Args:
        subject: The run.
        kinds: Kinds of catalogs that are written; not needed here.
    """
    import prov.model as pm

    names = _Names(pm.ProvDocument())
    made = names.document
    run = made.activity(
        names(subject.activity),
        subject.started_at,
        subject.ended_at,
        {"prov:label": subject.pipeline, "kfm:runId": subject.run_id},
    )
    agent = made.agent(
        names(subject.agent),
        {"prov:type": pm.PROV["SoftwareAgent"], "prov:label": subject.pipeline},
    )
    plan = made.entity(names(subject.plan), _plan(subject, pm))
    made.association(run, agent, plan)
    if (publisher := subject.about.get("publisher")) is not None:
        organisation = made.agent(
            names(subject.publisher),
            {"prov:type": pm.PROV["Organization"], "prov:label": publisher["name"]},
        )
        made.delegation(agent, organisation, run)
    used = []
    for one in subject.inputs:
        entity = made.entity(names(one.address), {"kfm:digest": f"sha256:{one.sha256}"})
        made.usage(run, entity, other_attributes={"prov:role": one.role})
        used.append(entity)
    for output in subject.outputs:
        about = {"kfm:digest": f"sha256:{output.sha256}", "kfm:size": output.size}
        if output.media_type is not None:
            about["kfm:mediaType"] = output.media_type
        entity = made.entity(names(output.address), about)
        made.generation(entity, run, other_attributes={"prov:role": output.role})
    for n, (name, kind, description) in enumerate(subject.redactions, start=1):
        about = {"prov:type": names(f"{NS}{kind}"), "prov:label": name}
        if description is not None:
            about["kfm:description"] = description
        iri = f"{subject.activity}/transform/{n}/{urllib.parse.quote(name, safe='')}"
        activity = made.activity(names(iri), None, None, about)
        for entity in used:
            made.usage(activity, entity)
        made.association(activity, agent)
        made.communication(run, activity)
    return {FILE: document(json.loads(made.serialize(format="json")))}


def _plan(subject: Subject, pm: Any) -> dict[str, Any]:
    plan = {
        "prov:type": pm.PROV["Plan"],
        "prov:label": subject.pipeline,
        "kfm:gitCommit": subject.commit,
        "kfm:specHash": subject.spec_hash,
    }
    return plan if subject.repo is None else {**plan, "kfm:repository": subject.repo}


class _Names:
    """Qualified names, with a prefix for every beginning of an IRI that is met."""

    def __init__(self, made: Any) -> None:
        self.document = made
        self._spaces: dict[str, Any] = {}
        # Attributes are named kfm:… without a look at this table.
        self._space(NS)

    def __call__(self, iri: str) -> Any:
        start = next((uri for uri in PREFIXES.values() if iri.startswith(uri)), None)
        if start is None or not _LOCAL.fullmatch(iri.removeprefix(start)):
            start = iri[: _split(iri)]
        return self._space(start)[iri.removeprefix(start)]

    def _space(self, uri: str) -> Any:
        if uri not in self._spaces:
            known = next((prefix for prefix, one in PREFIXES.items() if one == uri), None)
            prefix = known or f"n{sum(one not in PREFIXES.values() for one in self._spaces)}"
            self._spaces[uri] = self.document.add_namespace(prefix, uri)
        return self._spaces[uri]


def _split(iri: str) -> int:
    """Where the longest tail begins that PROV-N can write behind a prefix."""
    start = iri.find("/", iri.find("://") + 3) + 1 or len(iri)
    while start < len(iri) and not _LOCAL.fullmatch(iri[start:]):
        start += 1
    return start
