"""`policy`, `doctor`, `fetch`, `explain`, `--version`: with the real OPA where there is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kfm_gates.cli import _about, _probes
from kfm_gates.errors import KfmGatesError, PolicyError
from kfm_gates.explain import catalogue
from kfm_gates.policy.locate import find_opa


@pytest.fixture(scope="session")
def opa() -> str:
    """The real OPA; without one these tests cannot run."""
    try:
        return str(find_opa().path)
    except PolicyError as error:
        pytest.skip(f"no OPA: {error.message}")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty lake, and we stand in it."""
    root = tmp_path / "lake"
    (root / "data").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def files(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


def test_new_house_rules_are_written_once(invoke: Any, lake: Path) -> None:
    result = invoke("policy", "new", "tiles")
    assert result.code == 0
    assert files(lake) == [
        ".kfm/gates.yaml",
        ".kfm/policy/tiles.documents.json",
        ".kfm/policy/tiles.rego",
        ".kfm/policy/tiles_test.rego",
    ]
    assert result.out.endswith("next: kfm-gates policy test --mutate\n")
    before = (lake / ".kfm/policy/tiles.rego").read_text()
    assert invoke("policy", "new", "tiles").code == 2
    assert (lake / ".kfm/policy/tiles.rego").read_text() == before
    again = invoke("policy", "new", "roads")
    assert again.code == 0
    assert "add to .kfm/gates.yaml (or to a profile): house: [roads]" in again.out
    assert "roads" not in (lake / ".kfm/gates.yaml").read_text()


@pytest.mark.parametrize(
    "name", ["", " ", "Tiles", "../x", "a/b", "a.b", "1a", "a-b", "a_test", "ü", "a\n", "x" * 65]
)
def test_names_of_house_rules_that_are_refused(invoke: Any, lake: Path, name: str) -> None:
    assert invoke("policy", "new", "--", name).code == 2
    assert files(lake) == []


def test_new_house_rules_outside_of_a_lake_are_refused(
    invoke: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nowhere").mkdir()
    monkeypatch.chdir(tmp_path / "nowhere")
    assert invoke("policy", "new", "tiles").code == 2
    assert files(tmp_path) == []


def test_new_house_rules_never_write_through_a_link(invoke: Any, lake: Path) -> None:
    (lake / ".kfm/policy").mkdir(parents=True)
    (lake / ".kfm/policy/tiles_test.rego").symlink_to(lake / "elsewhere")
    assert invoke("policy", "new", "tiles").code == 2
    assert not (lake / "elsewhere").exists()
    assert not (lake / ".kfm/policy/tiles.rego").exists()


def test_shipped_and_new_rules_hold(invoke: Any, lake: Path, opa: str) -> None:
    assert invoke("policy", "new", "tiles").code == 0
    result = invoke("policy", "test", "--opa", opa, "--json")
    assert result.code == 0
    document = result.document
    assert document["ok"] is True
    assert document["house"] == ["tiles.rego"]
    assert "overlay.tiles.outputs_verified" in document["rules"]
    assert document["tests"]["passed"] > 3
    text = invoke("policy", "test", "--opa", opa)
    assert (text.code, text.out.splitlines()[-1].startswith("ok: ")) == (0, True)


def test_new_rules_survive_mutation(invoke: Any, lake: Path, opa: str) -> None:
    from kfm_gates.cli._house import read_house
    from kfm_gates.policy.mutate import mutate_shipped

    assert invoke("policy", "new", "tiles").code == 0
    house = read_house(lake)
    report = mutate_shipped(find_opa(opa), {**house.rules, **house.documents})
    assert (report.ok, report.survivors) == (True, ())


HOUSE = {
    "misspelt default": ("default status[", "default statuz["),
    "no annotation": ("# scope: document\n", ""),
    "foreign package": ("package kfm.overlay.tiles", "package kfm.rules.rights"),
    "an else": ("complete == true\n}", 'complete == true\n} else := "pass"'),
    "a taken code": ("TILES_OUTPUTS_NOT_VERIFIED", "RIGHTS_UNKNOWN"),
    "no Rego": ("package", "pakcage"),
}


@pytest.mark.parametrize("name", HOUSE)
def test_house_rules_that_break_the_contract(invoke: Any, lake: Path, opa: str, name: str) -> None:
    assert invoke("policy", "new", "tiles").code == 0
    path = lake / ".kfm/policy/tiles.rego"
    old, new = HOUSE[name]
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    result = invoke("policy", "test", "--opa", opa)
    assert result.code == 1
    assert "tiles.rego" in result.out
    assert "tests not run" in result.out
    assert invoke("policy", "test", "--opa", opa, "--json").document["ok"] is False


def test_a_house_test_that_fails_is_skipped_or_missing(invoke: Any, lake: Path, opa: str) -> None:
    assert invoke("policy", "new", "tiles").code == 0
    path = lake / ".kfm/policy/tiles_test.rego"
    text = path.read_text()
    for changed, expected in (
        (text.replace('"fail" with', '"pass" with', 1), "failed"),
        (text.replace("test_passes_when_shown", "todo_test_passes_when_shown"), "was skipped"),
        ("package kfm.overlay.tiles_test\n", "have no test"),
        (text.replace("package kfm.overlay.tiles_test", "package other_test"), "have no test"),
    ):
        path.write_text(changed)
        result = invoke("policy", "test", "--opa", opa)
        assert result.code == 1
        assert expected in result.out
    path.unlink()
    assert "have no test" in invoke("policy", "test", "--opa", opa).out


def test_a_stranger_among_house_rules_is_refused(invoke: Any, lake: Path, opa: str) -> None:
    assert invoke("policy", "new", "tiles").code == 0
    (lake / ".kfm/policy/data.json").write_text("{}")
    assert invoke("policy", "test", "--opa", opa).code == 2
    (lake / ".kfm/policy/data.json").unlink()
    (lake / ".kfm/policy/x.rego").symlink_to(lake / ".kfm/policy/tiles.rego")
    assert invoke("policy", "test", "--opa", opa).code == 2


def test_without_opa_nothing_is_tested(invoke: Any, lake: Path) -> None:
    result = invoke("policy", "test", "--opa", str(lake / "none"), "--json")
    assert result.code == 3
    assert result.document["findings"][0]["code"] == "OPA_NOT_FOUND"


def test_doctor_with_everything_in_order(invoke: Any, lake: Path, opa: str) -> None:
    result = invoke("doctor", "--opa", opa, "--json")
    document = result.document
    failed = [p for p in document["probes"] if p["status"] == "fail"]
    assert failed == []
    assert (result.code, document["ok"]) == (0, True)
    ids = {p["id"] for p in document["probes"]}
    assert ids >= {"tool", "parts", "schemas", "cache", "opa", "conformance", "policy", "profiles"}
    assert ids >= {"clock", "lake", "git"}
    assert invoke("doctor", "--opa", opa).out.endswith("FAMILY/RUN\n")


def test_doctor_without_opa_is_3_and_says_what_to_do(invoke: Any, lake: Path) -> None:
    result = invoke("doctor", "--opa", str(lake / "none"))
    assert result.code == 3
    assert "kfm-gates fetch opa" in result.out
    assert "1 of " in result.out.splitlines()[-1]
    document = invoke("doctor", "--opa", str(lake / "none"), "--json").document
    assert document["ok"] is False


def test_a_probe_that_raises_has_failed_and_hides_no_other(
    invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str | None) -> Any:
        raise RuntimeError("inside \x1b[31m")
        yield

    monkeypatch.setattr(
        _probes,
        "_PROBES",
        {"a": broken, "b": lambda _: iter([_probes.Probe("b", "ok", "fine")])},
    )
    result = invoke("doctor")
    assert result.code == 3
    assert "a: raised RuntimeError" in result.out
    assert "b: fine" in result.out
    assert "\x1b" not in result.out
    monkeypatch.setattr(_probes, "_PROBES", {})
    assert invoke("doctor").code == 3
    odd = {"a": lambda _: iter([_probes.Probe("a", "splendid", "?")])}
    monkeypatch.setattr(_probes, "_PROBES", odd)
    assert invoke("doctor").code == 3


def test_a_clock_before_the_installation_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    import datetime as dt

    class Past(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return dt.datetime(2025, 1, 1, tzinfo=tz)

    monkeypatch.setattr(_probes.dt, "datetime", Past)
    (probe,) = _probes._clock(None)
    assert probe.status == "fail"


def test_doctor_in_a_lake_that_cannot_be_read(invoke: Any, lake: Path, opa: str) -> None:
    (lake / ".kfm").mkdir()
    (lake / ".kfm/gates.yaml").write_text("profile: [")
    result = invoke("doctor", "--opa", opa)
    assert result.code == 3
    assert "lake:" in result.out


def test_a_schema_that_accepts_anything_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from kfm_gates.evidence import json_schema

    monkeypatch.setattr(json_schema, "validate", lambda name, data: [])
    (probe,) = _probes._schemas(None)
    assert probe.status == "fail"


def test_version_says_tool_opa_and_policy(
    invoke: Any, opa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KFM_GATES_OPA", opa)
    result = invoke("--version")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].startswith("kfm-gates ")
    assert lines[1].startswith("opa 1.")
    assert "sha256:" in lines[1]
    assert lines[2].startswith("policy sha256:")


def test_version_without_opa_or_policy_still_answers(
    invoke: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KFM_GATES_OPA", str(tmp_path / "none"))
    assert (
        "opa not found; Leave KFM_GATES_OPA out, then run: kfm-gates fetch opa"
        in invoke("--version").out
    )

    def broken(*args: Any, **options: Any) -> Any:
        raise KfmGatesError("torn \x1b[0m")

    monkeypatch.setattr("kfm_gates.policy.bundle.load_policy", broken)
    assert "policy unusable: torn \\x1b[0m" in invoke("--version").out
    monkeypatch.setenv("KFM_GATES_OPA", __file__)
    ok, line = _about.opa_line()
    assert not ok
    assert line.startswith("opa unusable")


def test_fetch_from_a_file(
    invoke: Any, opa: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    result = invoke("fetch", "opa", "--from", opa)
    assert result.code == 0
    assert "next: kfm-gates seal --plan" in result.out
    assert "kfm-gates check" in result.out
    document = invoke("fetch", "opa", "--json").document
    assert (document["how"], document["locked"]) == ("present", True)
    assert document["path"].startswith(str(tmp_path / "cache"))


def test_fetch_of_another_file_is_refused(
    invoke: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    impostor = tmp_path / "opa"
    impostor.write_text("#!/bin/sh\necho Version: 1.19.0\n")
    impostor.chmod(0o755)
    result = invoke("fetch", "opa", "--from", str(impostor), "--json")
    assert result.code == 3
    assert result.document["findings"][0]["code"] == "OPA_UNVERIFIED"
    assert invoke("fetch", "opa", "--from", "").code == 2
    assert invoke("fetch", "opa", "--from", str(tmp_path / "none")).code == 3


def test_fetch_says_where_a_build_of_ones_own_leads(
    invoke: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kfm_gates.policy import fetch, locate

    own = locate.Opa(tmp_path / "opa", "0" * 64, "1.19.0", "cache: own build", locked=False)
    done = fetch.Fetched(own, "built", "The release cannot be reached.")
    monkeypatch.setattr(fetch, "fetch_opa", lambda *a, **k: done)
    result = invoke("fetch", "opa")
    assert result.code == 0
    assert "not in the lock" in result.out
    assert "note: The release cannot be reached." in result.out


def test_explain_one_code(invoke: Any) -> None:
    for code in ("RIGHTS_UNKNOWN", "rights_unknown", "OPA_NOT_FOUND", "NO_RUNS_FOUND"):
        result = invoke("explain", code)
        assert result.code == 0
        for label in ("what", "why", "fix", "level", "waiver", "from", "source"):
            assert f"\n  {label:<7} " in result.out
        document = invoke("explain", code, "--json").document
        assert list(document["codes"]) == [code.upper()]


def test_explain_everything(invoke: Any) -> None:
    result = invoke("explain")
    assert result.code == 0
    document = invoke("explain", "--json").document
    assert document["codes"].keys() == catalogue().keys()
    assert {gate["id"] for gate in document["gates"]} >= {"layout", "integrity", "policy"}
    listed = set(result.out.replace(",", " ").split())
    missing = {c for c, item in catalogue().items() if item.origin != "host"} - listed
    assert missing == set()


def test_explain_knows_the_codes_of_house_rules(
    invoke: Any, lake: Path, opa: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KFM_GATES_OPA", opa)
    assert invoke("policy", "new", "tiles").code == 0
    assert "overlay.tiles" in invoke("explain", "TILES_OUTPUTS_NOT_VERIFIED").out
    assert "TILES_OUTPUTS_NOT_VERIFIED" in invoke("explain").out
    monkeypatch.chdir(tmp_path)
    assert invoke("explain", "TILES_OUTPUTS_NOT_VERIFIED").code == 2
    assert invoke("explain", "TILES_OUTPUTS_NOT_VERIFIED", "--root", str(lake)).code == 0
    assert invoke("explain", "TILES_OUTPUTS_NOT_VERIFIED", "--root", "none").code == 2
    assert invoke("explain", "RIGHTS_UNKNOWN", "--root", "none").code == 0


def test_explain_an_unknown_code_offers_close_ones(invoke: Any) -> None:
    result = invoke("explain", "RIGHTS_UNKNWON")
    assert result.code == 2
    assert "RIGHTS_UNKNOWN" in result.err
    assert invoke("explain", "\x1b[31m::error::x").err.isascii()
    machine = invoke("explain", "--json", "NOPE_NOPE")
    assert (machine.code, machine.document["exit_code"]) == (2, 2)


def test_completion_of_codes_and_profiles(invoke: Any) -> None:
    out = invoke("completion", "bash", "--words", "2", "--", "kfm-gates", "explain", "RIGHTS_U").out
    assert out == "plain,RIGHTS_UNKNOWN\n"
    line = ("kfm-gates", "check", "--profile", "pro")
    assert invoke("completion", "bash", "--words", "3", "--", *line).out == "plain,promotion\n"


def test_facts_and_check_on_a_lake_without_runs(invoke: Any, lake: Path, opa: str) -> None:
    result = invoke("check", "--all", "--opa", opa, "--json")
    assert result.code == 3
    assert result.document["findings"][0]["code"] == "NO_RUNS_FOUND"
    assert invoke("check", "--opa", opa).code == 2
    assert invoke("check", "--opa", opa, "--", "--help").code == 2
    assert json.loads(invoke("facts", "--json", "x", "--opa", opa).out)["exit_code"] == 2
