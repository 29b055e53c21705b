"""References of catalogs: one path for one spelling, and never a path outside the lake."""

from __future__ import annotations

import datetime as dt
import posixpath
import urllib.parse

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kfm_gates.catalogs import references
from kfm_gates.catalogs._api import RunFacts
from kfm_gates.catalogs.references import BASE, Target, resolve
from kfm_gates.evidence import paths
from kfm_gates.model import Family

RUN_ID = "01KHQZ2C80Q1V5A7M3TB6XJ4NE"
OTHER = "01KHQZ2C80Q1V5A7M3TB6XJ4NF"
RELPATH = f"data/work/runs/kansas_wells/{RUN_ID}"
NOON = dt.datetime(2026, 2, 18, 12, tzinfo=dt.UTC)
ITEM = "catalog/stac/item.json"


def run(base_url: str | None = "https://host.example/base/") -> RunFacts:
    extra = {} if base_url is None else {"base_url": base_url}
    return RunFacts(
        run_id=RUN_ID,
        family="kansas_wells",
        relpath=RELPATH,
        artifacts="artifacts",
        started_at=NOON,
        ended_at=NOON,
        pipeline_id="p",
        commit="0" * 40,
        outputs={},
        inputs={},
        about=Family(name="kansas_wells", extra=extra),
    )


def at(href: object, base: str = ITEM, facts: RunFacts | None = None) -> Target:
    return resolve(href, base=base, run=facts or run())


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("../../artifacts/a.tif", "artifacts/a.tif"),
        ("./collection.json", "catalog/stac/collection.json"),
        ("collection.json", "catalog/stac/collection.json"),
        ("../../artifacts/./x/../a.tif", "artifacts/a.tif"),
        ("../../artifacts/K%C3%A4se.tif", "artifacts/K\u00e4se.tif"),
        ("../../artifacts/K\u00e4se.tif", "artifacts/K\u00e4se.tif"),
        ("../../artifacts/%61.tif", "artifacts/a.tif"),
        ("../../artifacts/a!.tif", "artifacts/a!.tif"),
        ("../../artifacts/a~.tif", "artifacts/a~.tif"),
        ("#x", ITEM),
        ("../../artifacts/a.tif#page=2", "artifacts/a.tif"),
        (f"kfm://run/{RUN_ID}/artifacts/a.tif", "artifacts/a.tif"),
        (f"kfm://run/{RUN_ID}/artifacts/a%20b.tif", "artifacts/a b.tif"),
        ("https://host.example/base/a.tif", "artifacts/a.tif"),
        ("https://host.example/base/sub/a.tif", "artifacts/sub/a.tif"),
        (f"{BASE}artifacts/a.tif", "artifacts/a.tif"),
        (f"../../../{RUN_ID}/artifacts/a.tif", "artifacts/a.tif"),
        (f"kfm://lake/{RELPATH}/artifacts/a.tif", "artifacts/a.tif"),
    ],
)
def test_a_reference_into_the_run(href: str, path: str) -> None:
    found = at(href)
    assert (found.kind, found.path) == ("run", path)


def test_fragments_are_kept_apart() -> None:
    assert at("#x").fragment == "x"
    assert at("../../artifacts/a.tif#page=2").fragment == "page=2"
    assert at("kfm://lake/data/raw/w/a.csv#row") == Target(
        "lake", "data/raw/w/a.csv", fragment="row"
    )


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("../../../x", "data/work/runs/kansas_wells/x"),
        (
            f"../../../{OTHER}/artifacts/a.tif",
            f"data/work/runs/kansas_wells/{OTHER}/artifacts/a.tif",
        ),
        ("../../../../../../raw/w/a.csv", "data/raw/w/a.csv"),
        ("../../../../../../../README.md", "README.md"),
        ("kfm://lake/data/raw/w/a.csv", "data/raw/w/a.csv"),
        ("kfm://lake/data/raw/w/a%20b.csv", "data/raw/w/a b.csv"),
        (f"kfm://lake/{RELPATH}", RELPATH),
    ],
)
def test_a_reference_to_the_lake_outside_the_run(href: str, path: str) -> None:
    found = at(href)
    assert (found.kind, found.path) == ("lake", path)


@pytest.mark.parametrize("scheme", ["KFM", "Kfm", "kFM"])
def test_the_scheme_is_the_same_in_any_case(scheme: str) -> None:
    """RFC 3986, section 3.1: or a file of the run would be taken for something far away."""
    assert at(f"{scheme}://run/{RUN_ID}/artifacts/a.tif") == Target("run", "artifacts/a.tif")
    assert at(f"{scheme}://run/{RUN_ID}/../a.tif").kind == "refused"
    assert at(f"{scheme}://lake/data/raw/a.csv") == Target("lake", "data/raw/a.csv")


@pytest.mark.parametrize(
    "href",
    [
        "https://HOST.example/base/A.tif",
        "https://host.example:443/base/A.tif",
        "HTTPS://Host.Example:443/base/A.tif",
    ],
)
def test_the_same_address_in_another_spelling(href: str) -> None:
    assert at(href) == Target("run", "artifacts/A.tif")


@pytest.mark.parametrize(
    "href",
    [
        "https://host.example/base-evil/a.tif",
        "https://host.example/basea.tif",
        "https://host.example/base",
        "https://host.example.evil/base/a.tif",
        "https://host.example@evil.example/base/a.tif",
        "https://HOST.example@evil.example/base/a.tif",
        "https://host.example:443.evil/base/a.tif",
        "https://host.example:80/base/a.tif",
        "https://host.example:4430/base/a.tif",
        "https://host.example\\@evil.example/base/a.tif",
        "https://host.example/BASE/a.tif",
        "http://host.example/base/a.tif",
        "//host.example/base/a.tif",
        "s3://bucket/key",
        "urn:uuid:1",
        f"kfm://run/{OTHER}/artifacts/a.tif",
        f"kfm://run/{RUN_ID.lower()}/artifacts/a.tif",
        f"kfm://run/{RUN_ID}",
        f"kfm://run/{RUN_ID}/",
        f"kfm://run/{RUN_ID}x/artifacts/a.tif",
        f"kfm:/run/{RUN_ID}/artifacts/a.tif",
        f"kfm://RUN/{RUN_ID}/artifacts/a.tif",
        "kfm://dataset/kansas_wells",
        "kfm://",
        "///etc/passwd",
        f"https://RUN.kfm-gates.invalid/{RUN_ID}",
    ],
)
def test_what_is_only_like_an_address_of_this_run_is_remote(href: str) -> None:
    assert at(href) == Target("remote", href)


@pytest.mark.parametrize(
    "href",
    [
        "",
        " ",
        None,
        5,
        ["a.tif"],
        "a\tb",
        "a b.tif",
        "a.tif\n",
        "a\x00.tif",
        "a\x7f.tif",
        "/etc/passwd",
        "/artifacts/a.tif",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "file:a.tif",
        "javascript:alert(1)",
        "data:text/plain,x",
        "jar:file:///x!/y",
        "C:\\Windows\\a.tif",
        "C:/Windows/a.tif",
        "c:a.tif",
        "..\\..\\artifacts\\a.tif",
        "artifacts\\a.tif",
        "../../../../../../../../etc/passwd",
        "../../../../../../../../../../../../etc/passwd",
        "../../artifacts/%2e%2e/%2e%2e/a.tif",
        "%2E%2E/a.tif",
        "..%2fartifacts/a.tif",
        "..%2Fartifacts/a.tif",
        "..%5cartifacts%5ca.tif",
        "a%00.tif",
        "a%0a.tif",
        "a%7f.tif",
        "%252e%252e/a.tif",
        "%252fetc/passwd",
        "%c0%ae%c0%ae/a.tif",
        "%ff.tif",
        "a%.tif",
        "a%4.tif",
        "a%zz.tif",
        "a%u002e.tif",
        "..//artifacts/a.tif",
        "../../artifacts//a.tif",
        "../../artifacts/a.tif?sig=1",
        "?x",
        "a.tif?",
        "../../artifacts/nul",
        "../../artifacts/CON.tif",
        "../../artifacts/a.tif.",
        "../../artifacts/a:b.tif",
        "../../artifacts/Ka\u0308se.tif",  # not in NFC
        "../../artifacts/\u202eftp.tif",
        "../../artifacts/a\u200b.tif",
        "../../artifacts/%E2%80%AEx.tif",
        "../../artifacts/\ud800.tif",
        "x" * 5000,
        "a/" * 600,
        "https://host.example/base/../evil/a.tif",
        "https://host.example/base/./a.tif",
        "https://host.example/base//a.tif",
        "https://host.example/base/%2e%2e/a.tif",
        "https://host.example/base/a.tif?version=1",
        "https://host.example/base/%2e%2e%2fa.tif",
        f"kfm://run/{RUN_ID}/../{OTHER}/artifacts/a.tif",
        f"kfm://run/{RUN_ID}/artifacts/../a.tif",
        f"kfm://run/{RUN_ID}//artifacts/a.tif",
        f"kfm://run/{RUN_ID}/artifacts/a.tif?x",
        f"kfm://run/{RUN_ID}/%2e%2e/a.tif",
        "kfm://lake/../etc/passwd",
        "kfm://lake//etc/passwd",
        "kfm://lake/",
        "kfm://lake/data/raw/../x",
        "kfm://lake/data/raw/x?y",
        "kfm://lake/data/%2e%2e/x",
        f"{BASE}../a.tif",
        f"{BASE}artifacts/%2e%2e/a.tif",
        f"{BASE}artifacts/a.tif?x",
    ],
)
def test_what_hides_a_path_is_refused(href: object) -> None:
    found = at(href)
    assert found.kind == "refused"
    assert found.path == ""
    assert found.why


@pytest.mark.parametrize(
    "href", ["../../artifacts/\u2215etc\u2215passwd", "../../artifacts/\uff0e\uff0e/x"]
)
def test_a_character_that_only_looks_like_a_separator_is_none(href: str) -> None:
    """It is a strange name of a file in the run, and most likely of none."""
    found = at(href)
    assert found.kind == "refused" or found.path.startswith("artifacts/")


def test_case_is_never_folded() -> None:
    assert at("../../Artifacts/A.tif").path == "Artifacts/A.tif"


def test_without_receipts_nothing_outside_is_known() -> None:
    assert resolve("../x", base="a/b.json") == Target("run", "x")
    assert resolve("../../x", base="a/b.json").kind == "refused"
    assert resolve("kfm://lake/data/raw/x", base="a/b.json").kind == "remote"
    assert resolve(f"kfm://run/{RUN_ID}/x", base="a/b.json").kind == "remote"
    assert resolve("https://host.example/base/x", base="a/b.json").kind == "remote"


@pytest.mark.parametrize(
    ("base_url", "href", "kind"),
    [
        (None, "https://host.example/base/a.tif", "remote"),
        ("", "https://host.example/base/a.tif", "remote"),
        ("https://host.example/base", "https://host.example/base/a.tif", "run"),
        ("https://host.example/base", "https://host.example/base-evil/a.tif", "remote"),
    ],
)
def test_a_base_url_without_its_slash_is_no_mere_prefix(
    base_url: str | None, href: str, kind: str
) -> None:
    assert at(href, facts=run(base_url)).kind == kind


@pytest.mark.parametrize(
    ("written", "kind", "path"),
    [
        ("../artifacts/a.tif", "run", "artifacts/a.tif"),
        ("", "run", "catalog/dcat.ttl"),
        ("#dataset", "run", "catalog/dcat.ttl"),
        ("../../artifacts/a.tif", "lake", "data/work/runs/kansas_wells/artifacts/a.tif"),
        ("../../../../../raw/w/a.csv", "lake", "data/raw/w/a.csv"),
        ("../" * 7 + "etc/passwd", "refused", ""),
        ("../" * 40 + "artifacts/a.tif", "refused", ""),
        ("/etc/passwd", "refused", ""),
        ("/artifacts/a.tif", "refused", ""),
    ],
)
def test_a_reference_that_an_rdf_parser_resolved_keeps_how_far_it_climbs(
    written: str, kind: str, path: str
) -> None:
    """Against a shallow base `../../artifacts/a.tif` would silently become `artifacts/a.tif`."""
    iri = urllib.parse.urljoin(references.base_iri("catalog/dcat.ttl"), written)
    found = at(iri, base="catalog/dcat.ttl")
    assert (found.kind, found.path) == (kind, path)


def test_the_base_is_taken_off_again_for_messages() -> None:
    assert references.plain(references.base_iri("catalog/a b.ttl")) == "catalog/a%20b.ttl"
    assert references.plain("https://host.example/x") == "https://host.example/x"


def test_the_parser_in_use_resolves_against_the_base_as_expected() -> None:
    pyoxigraph = pytest.importorskip("pyoxigraph")
    text = "<../../artifacts/a.tif> <urn:p> <../artifacts/b.tif>, </etc/passwd>, <> ."
    found = {
        term.value
        for quad in pyoxigraph.parse(
            text,
            format=pyoxigraph.RdfFormat.TURTLE,
            base_iri=references.base_iri("catalog/dcat.ttl"),
        )
        for term in (quad.subject, quad.object)
    }
    kinds = {iri: at(iri, base="catalog/dcat.ttl") for iri in found}
    assert sorted((t.kind, t.path) for t in kinds.values()) == [
        ("lake", "data/work/runs/kansas_wells/artifacts/a.tif"),
        ("refused", ""),
        ("run", "artifacts/b.tif"),
        ("run", "catalog/dcat.ttl"),
    ]


PATHS = st.lists(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"),
        min_size=1,
        max_size=8,
    ),
    min_size=1,
    max_size=4,
).map("/".join)


@given(PATHS)
@example("artifacts/a b#c?.tif")
@example("artifacts/%41")
def test_an_address_leads_back_to_its_path(path: str) -> None:
    found = at(references.address(RUN_ID, path))
    if paths.problem_of(path) is None:
        assert (found.kind, found.path) == ("run", path)
    else:
        assert found.kind == "refused"


@given(PATHS)
def test_the_address_of_an_input_leads_back_to_its_path(path: str) -> None:
    if paths.problem_of(path) is None and "://" not in path:
        found = at(references.input_address(path))
        assert found.kind in ("lake", "run")
        assert path in (found.path, f"{RELPATH}/{found.path}")


WORDS = """.. . a artifacts %2e%2e %2E. %2f %5c \\ ..\\.. %252e ~ %00 C: file: http: kfm: run lake
    data raw # ? @ : \u2024\u2024 \u2215 \ud800 nul K\u00e4se %C3%A4 %ff"""
PIECES = st.sampled_from([*WORDS.split(), "", "a b", RUN_ID, OTHER])


@given(
    st.lists(PIECES, max_size=12),
    st.sampled_from(["", "/", "//", "kfm://", "kfm://run/", f"kfm://run/{RUN_ID}/", "kfm://lake/"])
    | st.sampled_from(["https://host.example/base/", BASE, "https://run.kfm-gates.invalid/"]),
    st.sampled_from([ITEM, "catalog/dcat.ttl", "a.json", "a/b/c/d/e/f.json"]),
)
@example([".."] * 3 + [RUN_ID, "..", OTHER], "", ITEM)
def test_no_reference_ever_leaves_the_lake(pieces: list[str], head: str, base: str) -> None:
    found = at(head + "/".join(pieces), base=base)
    if found.kind in ("run", "lake"):
        assert found.path == "" or paths.problem_of(found.path) is None
        whole = f"{RELPATH}/{found.path}" if found.kind == "run" else found.path
        assert posixpath.normpath(whole) == whole.rstrip("/")
        assert not whole.startswith(("/", ".."))
        # Whatever lies in the run is called by its path in the run.
        assert found.kind == "run" or whole == RELPATH or not whole.startswith(f"{RELPATH}/")
    elif found.kind == "remote":
        assert found.path == head + "/".join(pieces)
    else:
        assert found.why


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert at(text).kind in ("run", "lake", "remote", "refused")
