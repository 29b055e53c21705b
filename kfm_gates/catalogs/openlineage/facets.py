"""The facets of OpenLineage: which definition a key and a `_schemaURL` stand for.

A facet is held to the definition of its key, whatever address it names: otherwise garbage would
only have to call itself a base facet. A facet of somebody's own is held to the address alone.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final, Literal

from kfm_gates.catalogs.openlineage.names import INTEGRITY, INTEGRITY_URL, RUN, RUN_URL

Place = Literal["run", "job", "dataset", "input", "output"]

BASES: Final[dict[Place, str]] = {
    "run": "RunFacet",
    "job": "JobFacet",
    "dataset": "DatasetFacet",
    "input": "InputDatasetFacet",
    "output": "OutputDatasetFacet",
}
"""What is true of every facet of a place, and all that is known of a facet of one's own."""

CORE: Final = (2, 0, 2)
"""Newest version of events that is known."""

STANDARD: Final[dict[Place, dict[str, str]]] = {
    "run": {
        "environmentVariables": "EnvironmentVariablesRunFacet",
        "errorMessage": "ErrorMessageRunFacet",
        "executionParameters": "ExecutionParametersRunFacet",
        "externalQuery": "ExternalQueryRunFacet",
        "extractionError": "ExtractionErrorRunFacet",
        "gcp_composer_run": "GcpComposerRunFacet",
        "gcp_dataproc": "GcpDataprocRunFacet",
        "jobDependencies": "JobDependenciesRunFacet",
        "nominalTime": "NominalTimeRunFacet",
        "parent": "ParentRunFacet",
        "processing_engine": "ProcessingEngineRunFacet",
        "tags": "TagsRunFacet",
        "test": "TestRunFacet",
        RUN: "KfmRunFacet",
    },
    "job": {
        "documentation": "DocumentationJobFacet",
        "gcp_composer_job": "GcpComposerJobFacet",
        "gcp_lineage": "GcpLineageJobFacet",
        "jobType": "JobTypeJobFacet",
        "lineage": "LineageJobFacet",
        "ownership": "OwnershipJobFacet",
        "sourceCode": "SourceCodeJobFacet",
        "sourceCodeLocation": "SourceCodeLocationJobFacet",
        "sql": "SQLJobFacet",
        "tags": "TagsJobFacet",
    },
    "dataset": {
        "catalog": "CatalogDatasetFacet",
        "columnLineage": "ColumnLineageDatasetFacet",
        "dataQualityAssertions": "DataQualityAssertionsDatasetFacet",
        "dataQualityMetrics": "DataQualityMetricsDatasetFacet",
        "dataSource": "DatasourceDatasetFacet",
        "datasetType": "DatasetTypeDatasetFacet",
        "documentation": "DocumentationDatasetFacet",
        "hierarchy": "HierarchyDatasetFacet",
        "lifecycleStateChange": "LifecycleStateChangeDatasetFacet",
        "lineage": "LineageDatasetFacet",
        "ownership": "OwnershipDatasetFacet",
        "schema": "SchemaDatasetFacet",
        "storage": "StorageDatasetFacet",
        "symlinks": "SymlinksDatasetFacet",
        "tags": "TagsDatasetFacet",
        "version": "DatasetVersionDatasetFacet",
        INTEGRITY: "KfmIntegrityDatasetFacet",
    },
    "input": {
        "dataQualityAssertions": "DataQualityAssertionsDatasetFacet",
        "dataQualityMetrics": "DataQualityMetricsInputDatasetFacet",
        "icebergScanReport": "IcebergScanReportInputDatasetFacet",
        "inputStatistics": "InputStatisticsInputDatasetFacet",
        "subset": "InputSubsetInputDatasetFacet",
    },
    "output": {
        "icebergCommitReport": "IcebergCommitReportOutputDatasetFacet",
        "outputStatistics": "OutputStatisticsOutputDatasetFacet",
        "subset": "OutputSubsetOutputDatasetFacet",
    },
}
"""Definitions by place and key."""

VERSIONS: Final[dict[str, tuple[int, int, int]]] = {
    "BaseSubsetDatasetFacet": (1, 0, 0),
    "CatalogDatasetFacet": (1, 1, 0),
    "ColumnLineageDatasetFacet": (1, 2, 0),
    "DataQualityAssertionsDatasetFacet": (1, 1, 0),
    "DataQualityMetricsDatasetFacet": (1, 0, 0),
    "DataQualityMetricsInputDatasetFacet": (1, 0, 3),
    "DatasetTypeDatasetFacet": (1, 0, 1),
    "DatasetVersionDatasetFacet": (1, 0, 1),
    "DatasourceDatasetFacet": (1, 0, 1),
    "DocumentationDatasetFacet": (1, 1, 0),
    "DocumentationJobFacet": (1, 1, 0),
    "EnvironmentVariablesRunFacet": (1, 0, 0),
    "ErrorMessageRunFacet": (1, 0, 1),
    "ExecutionParametersRunFacet": (1, 0, 0),
    "ExternalQueryRunFacet": (1, 0, 2),
    "ExtractionErrorRunFacet": (1, 1, 2),
    "GcpComposerJobFacet": (1, 0, 0),
    "GcpComposerRunFacet": (1, 0, 0),
    "GcpDataprocRunFacet": (1, 0, 0),
    "GcpLineageJobFacet": (1, 0, 0),
    "HierarchyDatasetFacet": (1, 0, 0),
    "IcebergCommitReportOutputDatasetFacet": (1, 0, 2),
    "IcebergScanReportInputDatasetFacet": (1, 0, 1),
    "InputStatisticsInputDatasetFacet": (1, 0, 0),
    "JobDependenciesRunFacet": (1, 0, 1),
    "JobTypeJobFacet": (2, 0, 4),
    "LifecycleStateChangeDatasetFacet": (1, 0, 1),
    "LineageFacet": (1, 0, 0),
    "NominalTimeRunFacet": (1, 0, 1),
    "OutputStatisticsOutputDatasetFacet": (1, 0, 2),
    "OwnershipDatasetFacet": (1, 0, 1),
    "OwnershipJobFacet": (1, 0, 1),
    "ParentRunFacet": (1, 2, 0),
    "ProcessingEngineRunFacet": (1, 1, 1),
    "SQLJobFacet": (1, 1, 0),
    "SchemaDatasetFacet": (1, 2, 0),
    "SourceCodeJobFacet": (1, 0, 1),
    "SourceCodeLocationJobFacet": (1, 1, 0),
    "StorageDatasetFacet": (1, 0, 1),
    "SymlinksDatasetFacet": (1, 0, 1),
    "TagsDatasetFacet": (1, 0, 0),
    "TagsJobFacet": (1, 0, 0),
    "TagsRunFacet": (1, 0, 0),
    "TestRunFacet": (1, 0, 1),
}
"""Newest version that is known, by file. Versions count MODEL-REVISION-ADDITION: an older one of
the same model is held to the newest definition, a newer one is not known."""

_SEVERAL: Final = {
    "LineageFacet": ("LineageDatasetFacet", "LineageJobFacet"),
    "BaseSubsetDatasetFacet": (
        "BaseSubsetDatasetFacet",
        "InputSubsetInputDatasetFacet",
        "OutputSubsetOutputDatasetFacet",
    ),
}
"""Files with more than one definition."""

_VERSION = r"(\d{1,3})-(\d{1,3})-(\d{1,3})"
_FACET = re.compile(
    rf"https://openlineage\.io/spec/facets/{_VERSION}/([A-Za-z]+)\.json"
    r"(?:#/(?:\$defs|definitions)/([A-Za-z]+))?"
)
_CORE = re.compile(
    rf"https://openlineage\.io/spec/{_VERSION}/OpenLineage\.json"
    r"(?:#/(?:\$defs|definitions)/([A-Za-z]+))?"
)
_OURS: Final = {INTEGRITY_URL: "KfmIntegrityDatasetFacet", RUN_URL: "KfmRunFacet"}
_EVENTS: Final = ("RunEvent", "JobEvent", "DatasetEvent")


@dataclass(frozen=True)
class Named:
    """What a `_schemaURL` stands for: definitions, any of which may be meant; or why for none."""

    definitions: tuple[str, ...] = ()
    why: str | None = None


@functools.lru_cache(maxsize=4096)
def facet_of(url: str) -> Named:
    """Which facets an address of a definition stands for."""
    address, _, fragment = url.partition("#")
    if (ours := _OURS.get(address)) is not None:
        if url in (address, f"{address}#/$defs/{ours}"):
            return Named((ours,))
        return Named(why=f"{ours} has no definition #{fragment}.")
    if (core := _CORE.fullmatch(url)) is not None:
        return _of_core(core)
    match = _FACET.fullmatch(url)
    if match is None:
        return Named(why="It is no definition of OpenLineage.")
    version, file, name = tuple(map(int, match.groups()[:3])), match[4], match[5]
    newest = VERSIONS.get(file)
    if newest is None:
        return Named(why=f"OpenLineage has no facet {file} that is known here.")
    if version > newest or version[0] != newest[0]:
        return Named(why=f"The newest version of {file} that is known is {dashed(newest)}.")
    several = _SEVERAL.get(file, (file,))
    if name is not None and name not in several:
        return Named(why=f"{file} has no definition {name}.")
    return Named(several if name is None else (name,))


def _of_core(match: re.Match[str]) -> Named:
    version, name = tuple(map(int, match.groups()[:3])), match[4]
    if version > CORE or version[0] < 1:
        return Named(why=f"The newest version of OpenLineage that is known is {dashed(CORE)}.")
    if name in ("BaseFacet", *BASES.values()):
        return Named((name,))
    if version[0] == 1 and name in VERSIONS:
        # In its first versions the specification was one file.
        return Named((name,))
    return Named(why="It is no definition of a facet.")


@functools.lru_cache(maxsize=1024)
def event_of(url: str) -> Named:
    """Which events an address of a definition stands for."""
    match = _CORE.fullmatch(url)
    if match is None:
        return Named(why="It is no definition of OpenLineage.")
    version, name = tuple(map(int, match.groups()[:3])), match[4]
    if version > CORE or version[0] < 1:
        return Named(why=f"The newest version of OpenLineage that is known is {dashed(CORE)}.")
    known = ("RunEvent",) if version[0] == 1 else _EVENTS
    if name is None:
        return Named(known)
    return Named((name,)) if name in known else Named(why=f"It has no event {name}.")


def dashed(version: tuple[int, int, int]) -> str:
    """A version as addresses have it."""
    return "-".join(map(str, version))
