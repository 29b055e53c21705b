"""PROV documents that hide a source, contradict the receipts, or say two things of one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import good_prov
import goodrun
import pytest
from prov_tools import document
from test_prov_examination import WELLS, asked, codes, facts, good, looked

from kfm_gates.catalogs._api import Output, RunFacts
from kfm_gates.catalogs.prov import examine

RUN = f"runs:{goodrun.RUN_ID}"
RAW = f"lake:{goodrun.RAW}"
SECRET = "lake:data/raw/secret.csv"
OTHER = "01KHQZ2C80Q1V5A7M3TB6XJ4NF"
DIGEST = goodrun.sha256(b"secret")
RAW_DIGEST = goodrun.sha256(goodrun.lake_files()[goodrun.RAW])
QNAME = good_prov.QNAME
UNKNOWN = "PROV_INPUT_UNKNOWN"


def changed(more: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The good provenance and more records of it."""
    data = good()
    data["prefix"]["KFM"] = "KFM://"
    data["prefix"]["dct"] = "http://purl.org/dc/terms/"
    data["prefix"]["dcat"] = "http://www.w3.org/ns/dcat#"
    for kind, records in more.items():
        for name, content in records.items():
            known = data.setdefault(kind, {}).get(name, {})
            data[kind][name] = {**known, **content} if isinstance(known, dict) else content
    return data


def used(activity: str, entity: str) -> dict[str, Any]:
    return {"_:u9": {"prov:activity": activity, "prov:entity": entity}}


def made(entity: str, activity: str) -> dict[str, Any]:
    return {"_:g9": {"prov:entity": entity, "prov:activity": activity}}


ENTITY = {SECRET: {"kfm:digest": DIGEST}}
NAMED = {"code:secret": {}}
ASSOCIATED = {"prov:activity": RUN, "prov:agent": "agents:svc-pipelines"}
EXPORT = {"code:export": {}}

HIDDEN: dict[str, dict[str, Any]] = {
    "a plan that is used": {
        "entity": NAMED,
        "used": used(RUN, "code:secret"),
        "wasAssociatedWith": {"_:a9": {**ASSOCIATED, "prov:plan": "code:secret"}},
    },
    "a plan of another activity that is used": {
        "entity": NAMED,
        "activity": EXPORT,
        "used": used(RUN, "code:secret"),
        "wasAssociatedWith": {
            "_:a9": {
                **ASSOCIATED,
                "prov:activity": "code:export",
                "prov:plan": "code:secret",
            }
        },
    },
    "a plan that is derived from": {
        "entity": NAMED,
        "wasDerivedFrom": {
            "_:d9": {"prov:generatedEntity": f"run:{WELLS}", "prov:usedEntity": "code:secret"}
        },
        "wasAssociatedWith": {"_:a9": {**ASSOCIATED, "prov:plan": "code:secret"}},
    },
    "a plan in the lake": {
        "entity": ENTITY,
        "wasAssociatedWith": {"_:a9": {**ASSOCIATED, "prov:plan": SECRET}},
    },
    "made elsewhere of nothing": {
        "entity": NAMED,
        "activity": EXPORT,
        "wasGeneratedBy": made("code:secret", "code:export"),
        "used": used(RUN, "code:secret"),
    },
    "made elsewhere in a circle": {
        "entity": NAMED,
        "activity": EXPORT,
        "wasGeneratedBy": made("code:secret", "code:export"),
        "used": {
            **used(RUN, "code:secret"),
            "_:u8": {"prov:activity": "code:export", "prov:entity": "code:secret"},
        },
    },
    "in the lake, and made by the run as it says": {
        "entity": ENTITY,
        "activity": {"run:fetch": {}},
        "wasGeneratedBy": made(SECRET, "run:fetch"),
        "used": used(RUN, SECRET),
    },
    "of another run, and made by this one as it says": {
        "entity": {f"runs:{OTHER}/artifacts/x.csv": {"kfm:digest": DIGEST}},
        "activity": {"run:fetch": {}},
        "wasGeneratedBy": made(f"runs:{OTHER}/artifacts/x.csv", "run:fetch"),
        "used": used(RUN, f"runs:{OTHER}/artifacts/x.csv"),
    },
    "by its location in the lake": {
        "entity": {
            "run:draft": {
                "prov:location": {
                    "$": "kfm://lake/data/raw/secret.csv",
                    "type": "xsd:anyURI",
                }
            }
        },
        "wasGeneratedBy": made("run:draft", "run:fetch"),
        "activity": {"run:fetch": {}},
        "used": used(RUN, "run:draft"),
    },
    "used by who informed the run": {
        "entity": NAMED,
        "activity": EXPORT,
        "used": used("code:export", "code:secret"),
        "wasInformedBy": {"_:i": {"prov:informed": RUN, "prov:informant": "code:export"}},
    },
    "used by who informed who informed the run": {
        "entity": NAMED,
        "activity": {**EXPORT, "code:more": {}},
        "used": used("code:more", "code:secret"),
        "wasInformedBy": {
            "_:i": {"prov:informed": RUN, "prov:informant": "code:export"},
            "_:j": {"prov:informed": "code:export", "prov:informant": "code:more"},
        },
    },
    "used by the activity of a derivation": {
        "entity": NAMED,
        "activity": EXPORT,
        "used": used("code:export", "code:secret"),
        "wasDerivedFrom": {"_:d0": {"prov:activity": "code:export"}},
    },
    "a trigger": {
        "entity": NAMED,
        "wasStartedBy": {"_:s": {"prov:activity": RUN, "prov:trigger": "code:secret"}},
    },
    "a trigger of the end": {
        "entity": NAMED,
        "wasEndedBy": {"_:s": {"prov:activity": RUN, "prov:trigger": "code:secret"}},
    },
    "used by the starter": {
        "entity": NAMED,
        "activity": EXPORT,
        "used": used("code:export", "code:secret"),
        "wasStartedBy": {"_:s": {"prov:activity": RUN, "prov:starter": "code:export"}},
    },
    "an influence on the run": {
        "entity": NAMED,
        "wasInfluencedBy": {"_:i": {"prov:influencee": RUN, "prov:influencer": "code:secret"}},
    },
    "an influence on an output": {
        "entity": NAMED,
        "wasInfluencedBy": {
            "_:i": {"prov:influencee": f"run:{WELLS}", "prov:influencer": "code:secret"}
        },
    },
    "an activity that influenced the run": {
        "entity": NAMED,
        "activity": EXPORT,
        "used": used("code:export", "code:secret"),
        "wasInfluencedBy": {"_:i": {"prov:influencee": RUN, "prov:influencer": "code:export"}},
    },
    "an agent in the lake that influenced the run": {
        "agent": {SECRET: {}},
        "wasInfluencedBy": {"_:i": {"prov:influencee": RUN, "prov:influencer": SECRET}},
    },
    "what an output is a special form of": {
        "entity": ENTITY,
        "specializationOf": {
            "_:s": {"prov:specificEntity": f"run:{WELLS}", "prov:generalEntity": SECRET}
        },
    },
    "what an output is a special form of came from": {
        "entity": {**NAMED, "code:general": {}},
        "specializationOf": {
            "_:s": {"prov:specificEntity": f"run:{WELLS}", "prov:generalEntity": "code:general"}
        },
        "wasDerivedFrom": {
            "_:d9": {"prov:generatedEntity": "code:general", "prov:usedEntity": "code:secret"}
        },
    },
    "what an output is a general form of": {
        "entity": ENTITY,
        "specializationOf": {
            "_:s": {"prov:specificEntity": SECRET, "prov:generalEntity": f"run:{WELLS}"}
        },
    },
    "what an output mentions": {
        "entity": {**ENTITY, "code:bundle": {}},
        "mentionOf": {
            "_:s": {
                "prov:specificEntity": f"run:{WELLS}",
                "prov:generalEntity": SECRET,
                "prov:bundle": "code:bundle",
            }
        },
    },
    "another form of an output": {
        "entity": ENTITY,
        "alternateOf": {"_:s": {"prov:alternate1": f"run:{WELLS}", "prov:alternate2": SECRET}},
    },
    "another form of an output, the other way round": {
        "entity": ENTITY,
        "alternateOf": {"_:s": {"prov:alternate1": SECRET, "prov:alternate2": f"run:{WELLS}"}},
    },
    "another form of an output, with bytes of its own": {
        "entity": {"code:secret": {"kfm:digest": DIGEST}},
        "alternateOf": {
            "_:s": {"prov:alternate1": "code:secret", "prov:alternate2": f"run:{WELLS}"}
        },
    },
    "another form of an input": {
        "entity": ENTITY,
        "alternateOf": {"_:s": {"prov:alternate1": RAW, "prov:alternate2": SECRET}},
    },
    "a member of an input": {
        "entity": ENTITY,
        "hadMember": {"_:m9": {"prov:collection": RAW, "prov:entity": SECRET}},
    },
    "a member of an output": {
        "entity": NAMED,
        "hadMember": {"_:m9": {"prov:collection": f"run:{WELLS}", "prov:entity": "code:secret"}},
    },
    "a member of what was made and used": {
        "entity": {**NAMED, "run:draft": {}},
        "wasGeneratedBy": made("run:draft", RUN),
        "activity": {"run:mask": {}},
        "used": used("run:mask", "run:draft"),
        "hadMember": {"_:m9": {"prov:collection": "run:draft", "prov:entity": "code:secret"}},
    },
    "what the dataset was derived from": {
        "entity": NAMED,
        "wasDerivedFrom": {
            "_:d9": {
                "prov:generatedEntity": f"dataset:{goodrun.FAMILY}",
                "prov:usedEntity": "code:secret",
            }
        },
    },
    "an input by one of two digests": {
        "entity": {"code:secret": {"kfm:digest": [DIGEST, RAW_DIGEST]}},
        "used": used(RUN, "code:secret"),
    },
    "an input by its digest, elsewhere in the lake": {
        "entity": {SECRET: {"kfm:digest": RAW_DIGEST}},
        "used": used(RUN, SECRET),
    },
}


@pytest.mark.parametrize("title", HIDDEN)
def test_a_source_that_is_hidden_is_found(title: str) -> None:
    assert UNKNOWN in codes(looked(changed(HIDDEN[title])))


def test_a_copy_of_an_input_in_the_run_is_a_file_of_its_own() -> None:
    raw = goodrun.lake_files()[goodrun.RAW]
    files = {**goodrun.artifacts(), "tmp/copy.csv": raw}
    copy = "run:tmp/copy.csv"
    data = changed({"entity": {copy: {"kfm:digest": RAW_DIGEST}}, "used": used(RUN, copy)})
    assert codes(looked(data, asked(facts(), files))) == [UNKNOWN]
    data["wasGeneratedBy"] |= made(copy, "run:fetch")
    data["activity"]["run:fetch"] = {}
    assert codes(looked(data, asked(facts(), files))) == []


def test_an_output_made_elsewhere_of_nothing() -> None:
    data = changed({"activity": EXPORT, "wasGeneratedBy": {}})
    data["wasGeneratedBy"]["_:g0"]["prov:activity"] = "code:export"
    assert codes(looked(data)) == [UNKNOWN]
    data["used"] |= used("code:export", RAW)
    assert codes(looked(data)) == []


ALLOWED: dict[str, dict[str, Any]] = {
    "made elsewhere of an input": {
        "entity": NAMED,
        "activity": EXPORT,
        "wasGeneratedBy": made("code:secret", "code:export"),
        "used": {
            **used(RUN, "code:secret"),
            "_:u8": {"prov:activity": "code:export", "prov:entity": RAW},
        },
    },
    "a plan of its own": {
        "entity": NAMED,
        "wasAssociatedWith": {"_:a9": {**ASSOCIATED, "prov:plan": "code:secret"}},
        "wasInfluencedBy": {"_:i": {"prov:influencee": RUN, "prov:influencer": "code:secret"}},
    },
    "a part of the run by name": {
        "entity": {f"{RUN}#draft": {}},
        "activity": {"run:mask": {}},
        "wasGeneratedBy": made(f"{RUN}#draft", RUN),
        "used": used("run:mask", f"{RUN}#draft"),
    },
    "the folder of the run": {
        "entity": {f"lake:{goodrun.RUN}": {}},
        "hadMember": {
            "_:m9": {"prov:collection": f"lake:{goodrun.RUN}", "prov:entity": f"run:{WELLS}"}
        },
    },
    "an input, and the folder in which it lies": {
        "entity": {
            RAW: {"prov:location": {"$": "kfm://lake/data/raw", "type": "xsd:anyURI"}},
        },
    },
    "an agent that influenced the run": {
        "wasInfluencedBy": {
            "_:i": {"prov:influencee": RUN, "prov:influencer": "agents:svc-pipelines"}
        },
    },
    "informed by who used the input": {
        "activity": EXPORT,
        "used": used("code:export", RAW),
        "wasInformedBy": {"_:i": {"prov:informed": RUN, "prov:informant": "code:export"}},
    },
    "a special form of the dataset": {
        "specializationOf": {
            "_:s": {
                "prov:specificEntity": f"run:{WELLS}",
                "prov:generalEntity": f"dataset:{goodrun.FAMILY}",
            }
        },
    },
    "the history of an input": {
        "entity": NAMED,
        "wasDerivedFrom": {"_:d9": {"prov:generatedEntity": RAW, "prov:usedEntity": "code:secret"}},
    },
    "a copy of an input elsewhere in the world": {
        "entity": {"code:copy": {"kfm:digest": RAW_DIGEST}},
        "used": used(RUN, "code:copy"),
    },
    "a copy of an output elsewhere in the world": {
        "entity": {"code:copy": {"kfm:digest": goodrun.sha256(goodrun.artifacts()[WELLS])}},
        "alternateOf": {"_:s": {"prov:alternate1": "code:copy", "prov:alternate2": f"run:{WELLS}"}},
    },
}


@pytest.mark.parametrize("title", ALLOWED)
def test_what_hides_nothing_is_left_alone(title: str) -> None:
    assert codes(looked(changed(ALLOWED[title]))) == []


def test_a_qualified_influence_is_followed() -> None:
    """In RDF, where the relation has a node of its own."""
    turtle = (
        "@prefix prov: <http://www.w3.org/ns/prov#> .\n"
        f"<kfm://run/{goodrun.RUN_ID}> prov:qualifiedInfluence [\n"
        "  a prov:EntityInfluence ; prov:entity <https://example.org/secret> ] .\n"
        "<https://example.org/secret> a prov:Entity .\n"
    )
    both = [document(json.dumps(good()), "prov-json"), document(turtle, "prov-o-turtle")]
    assert codes(examine(both, asked(facts()))) == [UNKNOWN]


def renamed(name: str) -> RunFacts:
    """The receipts, with a name for the first output in the map of the manifest."""
    run = facts()
    outputs = dict(run.outputs)
    outputs[WELLS] = Output(**{**vars(outputs[WELLS]), "names": {"prov": name}})
    return RunFacts(**{**vars(run), "outputs": outputs})


@pytest.mark.parametrize(
    "name",
    [
        f"kfm://lake/{goodrun.RAW}",
        f"kfm://run/{goodrun.RUN_ID}/{list(goodrun.artifacts())[1]}",
        f"kfm://run/{OTHER}/artifacts/x",
    ],
)
def test_the_map_of_the_manifest_renames_no_address(name: str) -> None:
    prefix, _, rest = name.removeprefix("kfm://").partition("/")
    entity = {"lake": "lake:", "run": "runs:"}[prefix] + rest
    data = changed({"entity": {entity: {"kfm:digest": DIGEST}}})
    assert "PROV_PLACE_CONTRADICTED" in codes(looked(data, asked(renamed(name))))


@pytest.mark.parametrize(
    "place",
    [
        {"$": f"kfm://lake/{goodrun.RAW}", "type": "xsd:anyURI"},
        {"$": "kfm://lake/data/raw/secret.csv", "type": "xsd:anyURI"},
        {"$": "../artifacts/other.geojson", "type": "xsd:anyURI"},
        {"$": f"kfm://run/{OTHER}/artifacts/wells.geojson", "type": "xsd:anyURI"},
        "../logs/run.jsonl",
    ],
)
def test_a_file_has_one_place(place: Any) -> None:
    files = {**goodrun.artifacts(), "logs/run.jsonl": b"x"}
    run = renamed("https://example.org/pipelines/wells")
    data = good()
    text = json.dumps(data).replace(f"run:{WELLS}", "code:wells")
    for data, question in (
        (json.loads(text), asked(run, files)),
        (good(), asked(facts(), files)),
    ):
        name = "code:wells" if "code:wells" in data["entity"] else f"run:{WELLS}"
        assert codes(looked(data, question)) == []
        data["entity"][name]["prov:location"] = place
        assert "PROV_PLACE_CONTRADICTED" in codes(looked(data, question))


def test_a_place_that_agrees() -> None:
    data = good()
    data["entity"][f"run:{WELLS}"]["prov:location"] = [
        {"$": f"../{WELLS}", "type": "xsd:anyURI"},
        {"$": "https://mirror.example.org/wells.geojson", "type": "xsd:anyURI"},
        "Topeka",
    ]
    assert codes(looked(data)) == []


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"kfm:mediaType": ["text/csv", "application/geo+json"]}, "PROV_ATTRIBUTE_CONFLICT"),
        (
            {"kfm:mediaType": "text/csv", "dcat:mediaType": "application/geo+json"},
            "PROV_ATTRIBUTE_CONFLICT",
        ),
        ({"dct:license": ["CC0-1.0", "CC-BY-NC-4.0"]}, "PROV_ATTRIBUTE_CONFLICT"),
        ({"kfm:license": "CC0-1.0", "dct:license": "MIT"}, "PROV_ATTRIBUTE_CONFLICT"),
        ({"dcat:byteSize": "1"}, "PROV_ATTRIBUTE_CONFLICT"),
        ({"kfm:size": ["many"]}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": "3.0"}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": "12x"}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": "-3"}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": ""}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": "9" * 40}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": "٣"}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": {"$": "3", "type": "xsd:decimal"}}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:size": 3.5}, "PROV_SIZE_UNUSABLE"),
        ({"kfm:checksum": DIGEST}, "PROV_DIGEST_MISMATCH"),
        ({"kfm:checksum": "md5:" + "1" * 32}, "PROV_DIGEST_UNUSABLE"),
        ({"kfm:Digest": DIGEST}, "PROV_DIGEST_UNUSABLE"),
        ({"kfm:sha256sum": "1" * 64}, "PROV_DIGEST_UNUSABLE"),
        ({"kfm:contentHash": DIGEST}, "PROV_DIGEST_UNUSABLE"),
        ({"prov:value": DIGEST}, "PROV_DIGEST_MISMATCH"),
        ({"prov:value": "1" * 64}, "PROV_DIGEST_UNUSABLE"),
    ],
)
def test_attributes_of_a_file(attributes: dict[str, Any], code: str) -> None:
    data = changed({"entity": {f"run:{WELLS}": attributes}})
    assert code in codes(looked(data))


@pytest.mark.parametrize(
    "attributes",
    [
        {"kfm:mediaType": ["application/geo+json", "application/GEO+json"]},
        {
            "kfm:mediaType": "application/geo+json",
            "dcat:mediaType": "https://www.iana.org/assignments/media-types/application/geo+json",
        },
        {"dct:license": "CC0-1.0", "kfm:license": "CC0-1.0"},
        {"kfm:size": {"$": "7", "type": "xsd:nonNegativeInteger"}},
        {"prov:value": "the wells of Kansas"},
        {"kfm:checksum": goodrun.sha256(goodrun.artifacts()[WELLS])},
    ],
)
def test_attributes_that_agree(attributes: dict[str, Any]) -> None:
    data = changed({"entity": {f"run:{WELLS}": attributes}})
    assert codes(looked(data)) == []


def test_the_same_file_twice_is_one_entity() -> None:
    """PROV merges what two documents state of one entity."""
    data = good()
    other = {"prefix": data["prefix"], "entity": {f"run:{WELLS}": {"kfm:size": "1"}}}
    both = [document(json.dumps(one), "prov-json") for one in (data, other)]
    assert codes(examine(both, asked(facts()))) == ["PROV_ATTRIBUTE_CONFLICT"]


@pytest.mark.parametrize(
    "more",
    [
        {f"run:{WELLS}#v1": {"kfm:digest": DIGEST}},
        {"code:part": {"kfm:digest": DIGEST, "prov:location": f"../{WELLS}#v1"}},
        {
            "code:part": {
                "kfm:digest": DIGEST,
                "prov:location": {"$": f"../{WELLS}#v1", "type": "xsd:anyURI"},
            }
        },
    ],
)
def test_a_fragment_with_a_digest_is_a_claim_about_the_file(more: dict[str, Any]) -> None:
    assert codes(looked(changed({"entity": more}))) == ["PROV_DIGEST_MISMATCH"]


def test_a_fragment_of_the_document_is_a_name() -> None:
    turtle = (
        "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix kfm: <https://kfm-gates.dev/ns#> .\n"
        f'<#part> a prov:Entity ; kfm:digest "{DIGEST}" .\n'
    )
    question = asked(None, {"catalog/prov.ttl": b"x"})
    assert codes(looked(turtle, question, "prov-o-turtle")) == []


def test_a_fragment_with_a_size_is_a_claim_about_the_file() -> None:
    found = looked(changed({"entity": {f"run:{WELLS}#v1": {"kfm:size": "1"}}}))
    assert codes(found) == ["PROV_DIGEST_MISSING"]
    assert (WELLS, 1) in [(claim.artifact, claim.size) for claim in found.claims]
    assert codes(looked(changed({"entity": {f"run:{WELLS}#v1": {}}}))) == []


@pytest.mark.parametrize("name", ["KFM:run/x", "KFM:lake/data/raw/secret.csv"])
def test_the_scheme_of_our_addresses_is_written_one_way(name: str) -> None:
    assert codes(looked(changed({"entity": {name: {}}}))) == ["PROV_LOCATION_REFUSED"]
    place = {"prov:location": name.replace(":", "://", 1)}
    assert codes(looked(changed({"entity": {"code:x": place}}))) == ["PROV_LOCATION_REFUSED"]


SPEC = "sha256:" + "4" * 64
CONTRADICTED = "PROV_RECEIPT_CONTRADICTED"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"activity": {RUN: {"kfm:runId": goodrun.RUN_ID}}}, []),
        ({"activity": {RUN: {"kfm:runId": OTHER}}}, [CONTRADICTED]),
        ({"activity": {RUN: {"kfm:gitCommit": "0" * 40}}}, [CONTRADICTED]),
        ({"activity": {"run:mask": {"kfm:runId": OTHER}}}, [CONTRADICTED]),
        ({"activity": {"code:elsewhere": {"kfm:runId": OTHER}}}, []),
        ({"entity": {"code:kansas_wells": {"kfm:gitCommit": goodrun.COMMIT}}}, []),
        ({"entity": {"code:kansas_wells": {"kfm:gitCommit": "0" * 40}}}, [CONTRADICTED]),
        ({"entity": {"code:kansas_wells": {"kfm:specHash": SPEC}}}, []),
        ({"entity": {"code:kansas_wells": {"kfm:specHash": "sha256:" + "5" * 64}}}, [CONTRADICTED]),
        ({"entity": {f"run:{WELLS}": {"kfm:runId": OTHER}}}, [CONTRADICTED]),
        ({"entity": {f"run:{WELLS}": {"kfm:specHash": SPEC}}}, []),
        ({"wasAssociatedWith": {"_:a1": {"kfm:gitCommit": "0" * 40}}}, [CONTRADICTED]),
        (
            {
                "activity": {"code:elsewhere": {"kfm:runId": OTHER}},
                "used": used("code:elsewhere", RAW),
                "wasGeneratedBy": {"_:g0": {"prov:activity": "code:elsewhere"}},
            },
            [CONTRADICTED],
        ),
        (
            {
                "activity": {f"runs:{OTHER}": {}},
                "used": used(f"runs:{OTHER}", RAW),
                "wasGeneratedBy": {"_:g0": {"prov:activity": f"runs:{OTHER}"}},
            },
            [CONTRADICTED],
        ),
    ],
)
def test_what_the_receipts_say_too(more: dict[str, Any], found: list[str]) -> None:
    run = RunFacts(**{**vars(facts()), "spec_hash": SPEC})
    assert codes(looked(changed(more), asked(run))) == found


def test_every_activity_that_bears_the_run_id_has_its_times() -> None:
    data = good()
    other = {
        "prefix": {"x": "https://b.example/"},
        "activity": {f"x:{goodrun.RUN_ID}": {"prov:startTime": "2026-02-18T08:00:00Z"}},
    }
    both = [document(json.dumps(one), "prov-json") for one in (data, other)]
    assert codes(examine(both, asked(facts()))) == ["PROV_RUN_TIME_MISMATCH"]
    other["activity"] = {f"x:{goodrun.RUN_ID}": {"prov:startTime": goodrun.STARTED}}
    both = [document(json.dumps(one), "prov-json") for one in (data, other)]
    assert codes(examine(both, asked(facts()))) == []


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"prov:activity": RUN}, ["PROV_OUTPUT_INVALIDATED"]),
        ({}, ["PROV_OUTPUT_INVALIDATED"]),
        ({"prov:time": "2026-02-18T08:54:30Z"}, ["PROV_OUTPUT_INVALIDATED"]),
        ({"prov:time": "2026-02-18T08:57:00Z"}, []),
        ({"prov:activity": RUN, "prov:time": "2026-02-18T08:57:00Z"}, ["PROV_OUTPUT_INVALIDATED"]),
        ({"prov:activity": "code:export"}, ["PROV_OUTPUT_INVALIDATED"]),
        ({"prov:activity": "code:export", "prov:time": "2026-02-18T08:57:00Z"}, []),
    ],
)
def test_an_output_that_is_invalidated(more: dict[str, Any], found: list[str]) -> None:
    data = changed(
        {
            "activity": EXPORT,
            "wasInvalidatedBy": {"_:v": {"prov:entity": f"run:{WELLS}", **more}},
        }
    )
    assert codes(looked(data)) == found


def test_an_activity_needs_more_than_a_name_to_count() -> None:
    """Who did it, and what it worked on."""
    mask = {"prov:label": "mask wells"}
    informed = {"_:i": {"prov:informed": RUN, "prov:informant": "run:mask"}}
    who = {"_:a9": {"prov:activity": "run:mask", "prov:agent": "agents:svc-pipelines"}}
    for more, counts in (
        ({}, False),
        ({"wasAssociatedWith": who}, False),
        ({"used": used("run:mask", RAW)}, False),
        ({"wasAssociatedWith": who, "used": used("run:mask", RAW)}, True),
    ):
        data = changed({"activity": {"run:mask": mask}, "wasInformedBy": informed, **more})
        found = {one.id: one.generated for one in looked(data).activities}
        assert bool(found[f"kfm://run/{goodrun.RUN_ID}/mask"]) is counts
