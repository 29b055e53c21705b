"""What git says about a commit: everything but one existing commit is not resolved."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kfm_gates.evidence import git

if shutil.which("git") is None:
    pytest.skip("git is not installed", allow_module_level=True)

Git = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    run(root, "init", "--quiet", "--initial-branch=main")
    (root / "pipeline.py").write_text("x = 1\n")
    (root / ".kfm/profiles").mkdir(parents=True)
    (root / ".kfm/gates.yaml").write_text("schema_version: project/v1\n")
    (root / ".kfm/profiles/own.yaml").write_text("name: own\n")
    commit(root, "first")
    return root


def run(root: Path, *arguments: str, text: str = "") -> str:
    names = {
        f"GIT_{who}_{what}": "t@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    dates = {
        "GIT_AUTHOR_DATE": "2026-02-18T00:00:00Z",
        "GIT_COMMITTER_DATE": "2026-02-18T00:00:00Z",
    }
    env = {**names, **dates, "PATH": os.environ["PATH"], "HOME": str(root)}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        env=env,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(root: Path, message: str) -> str:
    run(root, "add", "--all")
    run(root, "commit", "--quiet", "--allow-empty", "-m", message)
    return run(root, "rev-parse", "HEAD")


def id_of(root: Path, what: str = "HEAD") -> str:
    return run(root, "rev-parse", what)


# Which commit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HEAD",
        "main",
        "abc",
        "abcdef12345",
        "ABCDEF123456",
        "abcdef123456\n",
        "--help",
        "-h",
        "a" * 41,
        "abcdef12345g",
        "abcdef123456^{tree}",
        "abcdef123456 ",
        "@{-1}1234567890",
    ],
)
def test_what_is_no_commit_id_never_reaches_git(
    text: str, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was called"))
    assert git.resolve(repo, text) == "unresolved"


def test_an_unknown_commit_is_unresolved(repo: Path) -> None:
    for text in ("abcdef123456", "1" * 40, "0" * 40, "e69de29bb2d1"):
        assert git.resolve(repo, text) == "unresolved"


@pytest.mark.parametrize("what", ["HEAD:pipeline.py", "HEAD^{tree}", "v1"])
def test_an_object_that_is_no_commit_is_unresolved(what: str, repo: Path) -> None:
    run(repo, "tag", "-a", "v1", "-m", "a tag object")
    assert git.resolve(repo, id_of(repo, what)) == "unresolved"
    assert git.resolve(repo, id_of(repo, what)[:12]) == "unresolved"


def test_a_branch_or_tag_with_the_name_of_a_commit_does_not_count(repo: Path) -> None:
    for kind in ("branch", "tag"):
        run(repo, kind, "abcdef123456")
        assert git.resolve(repo, "abcdef123456") == "unresolved"
    run(repo, "update-ref", f"refs/heads/{'a' * 40}", "HEAD")
    assert git.resolve(repo, "a" * 40) == "unresolved"


def test_a_branch_cannot_hide_a_commit(repo: Path) -> None:
    first = id_of(repo)
    second = commit(repo, "second")
    run(repo, "branch", first[:12], second)
    assert git.resolve(repo, first[:12]) == "resolved"


def test_a_replaced_commit_is_not_there(repo: Path) -> None:
    first = id_of(repo)
    blob = run(repo, "hash-object", "-w", "--stdin", text="x")
    run(repo, "replace", "-f", blob, id_of(repo, "HEAD:pipeline.py"))
    assert git.resolve(repo, blob) == "unresolved"
    other = commit(repo, "other")
    run(repo, "replace", first, other)
    assert git.resolve(repo, first) == "resolved"
    assert git.head(repo) == other


def test_several_commits_with_one_prefix_are_ambiguous(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = "abcdef123456"
    answers = [f"{prefix}{'0' * 28}\n{prefix}{'1' * 28}\n", ""]
    kinds = {"commit commit": "ambiguous", "commit blob": "resolved", "tree blob": "unresolved"}
    for pair, expected in kinds.items():
        lines = zip(answers[0].split(), pair.split(), strict=True)
        outputs = iter([answers[0], "".join(f"{i} {k} 100\n" for i, k in lines), ""])

        def answer(command: list[str], outputs=outputs, **_: object) -> object:  # type: ignore[no-untyped-def]
            return subprocess.CompletedProcess(command, 0, next(outputs).encode(), b"")

        monkeypatch.setattr(subprocess, "run", answer)
        assert git.resolve(repo, prefix) == expected


def test_a_commit_is_resolved_in_full_and_abbreviated(repo: Path) -> None:
    for n in (12, 13, 39, 40):
        assert git.resolve(repo, id_of(repo)[:n]) == "resolved"
    first = id_of(repo)
    commit(repo, "second")
    assert git.resolve(repo, first) == "resolved"
    (repo / "data/work").mkdir(parents=True)
    assert git.resolve(repo / "data/work", first) == "resolved"


def dangling(repo: Path, *parents: str) -> str:
    tree = id_of(repo, "HEAD^{tree}")
    options = [word for parent in parents for word in ("-p", parent)]
    return run(repo, "commit-tree", tree, *options, "-m", "nobody's")


def test_a_commit_that_no_ref_leads_to_is_unresolved(repo: Path) -> None:
    for loose in (dangling(repo), dangling(repo, id_of(repo))):
        assert id_of(repo, f"{loose}^{{commit}}") == loose
        assert git.resolve(repo, loose) == "unresolved"
        assert git.resolve(repo, loose[:12]) == "unresolved"


@pytest.mark.parametrize("ref", ["refs/stash", "refs/notes/commits", "refs/replace/x", "ORIG_HEAD"])
def test_a_ref_that_is_no_history_leads_nowhere(ref: str, repo: Path) -> None:
    loose = dangling(repo, id_of(repo))
    run(repo, "update-ref", ref, loose)
    assert git.resolve(repo, loose) == "unresolved"


def test_a_commit_that_was_reset_away_is_unresolved(repo: Path) -> None:
    second = commit(repo, "second")
    run(repo, "reset", "--quiet", "--hard", "HEAD~1")
    # Its reflog still names it, and so does nothing that anybody else gets.
    assert git.resolve(repo, second) == "unresolved"
    run(repo, "tag", "kept", second)
    assert git.resolve(repo, second) == "resolved"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ref", ["refs/heads/x", "refs/remotes/origin/x", "refs/tags/x"])
def test_branches_remotes_and_tags_lead_to_their_commits(
    ref: str, packed: bool, repo: Path
) -> None:
    first = dangling(repo)
    run(repo, "update-ref", ref, dangling(repo, first))
    if packed:
        run(repo, "pack-refs", "--all")
    assert git.resolve(repo, first) == "resolved"


def test_an_annotated_tag_leads_to_its_commit(repo: Path) -> None:
    loose = dangling(repo)
    run(repo, "tag", "-a", "v1", "-m", "v1", loose)
    assert git.resolve(repo, loose) == "resolved"


def test_a_detached_head_leads_to_its_commits(repo: Path) -> None:
    run(repo, "checkout", "--quiet", "--detach")
    first = commit(repo, "first of its own")
    commit(repo, "second")
    assert git.resolve(repo, first) == "resolved"
    run(repo, "checkout", "--quiet", "main")
    assert git.resolve(repo, first) == "unresolved"


def test_a_shallow_clone_leads_to_what_it_holds(repo: Path, tmp_path: Path) -> None:
    first = id_of(repo)
    second, third = commit(repo, "second"), commit(repo, "third")
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "--quiet", "--depth=2", f"file://{repo}", str(clone))
    states = [git.resolve(clone, c) for c in (third, second, first)]
    assert states == ["resolved", "resolved", "unresolved"]


def test_packed_objects_count_as_well(repo: Path) -> None:
    run(repo, "gc", "--quiet")
    assert git.resolve(repo, id_of(repo)[:12]) == "resolved"


def test_a_repository_with_sha256_objects(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet", "--object-format=sha256")
    (tmp_path / ".kfm").mkdir()
    (tmp_path / ".kfm/gates.yaml").write_text("x")
    full = commit(tmp_path, "first")
    assert len(full) == 64
    assert git.head(tmp_path) == full[:40]
    assert git.resolve(tmp_path, full[:40]) == "resolved"
    assert git.not_at(tmp_path, "HEAD", ".kfm") is None


def test_without_a_repository_there_is_none(tmp_path: Path) -> None:
    assert git.resolve(tmp_path, "abcdef123456") == "no_repository"
    assert git.head(tmp_path) is None
    assert git.dirty(tmp_path) is None
    assert git.not_at(tmp_path, "main", ".kfm")
    assert git.resolve(tmp_path / "missing", "abcdef123456") == "unresolved"


def test_without_git_nothing_is_resolved(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = id_of(repo)
    monkeypatch.setenv("PATH", str(repo))
    assert git.resolve(repo, head) == "unresolved"
    assert git.head(repo) is None
    assert git.dirty(repo) is None


@pytest.mark.parametrize("failure", ["timeout", "crash", "garbage", "silence", "lies"])
def test_a_git_that_fails_resolves_nothing(
    failure: str, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = id_of(repo)

    def answer(command: list[str], **options: object) -> object:
        assert options["timeout"] == git.TIMEOUT_S
        if failure == "timeout":
            raise subprocess.TimeoutExpired(command, git.TIMEOUT_S)
        if failure == "crash":
            return subprocess.CompletedProcess(command, 128, b"", b"fatal: bad object store")
        outputs = {
            "garbage": b"\xff\xfe\0",
            "silence": b"",
            "lies": b"f" * 40 + b" commit 1\n" if "cat-file" in command else b"f" * 40,
        }
        return subprocess.CompletedProcess(command, 0, outputs[failure], b"")

    monkeypatch.setattr(subprocess, "run", answer)
    assert git.resolve(repo, head) == "unresolved"
    if failure != "lies":
        assert git.head(repo) is None
    assert git.not_at(repo, "main", ".kfm") is not None


@pytest.mark.parametrize("is_killed", [True, False])
@pytest.mark.parametrize(
    "step", ["--disambiguate", "cat-file", "--verify", "--show-prefix", "ls-tree"]
)
def test_a_step_of_git_that_fails_is_never_a_good_answer(
    step: str, is_killed: bool, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without .kfm/ an empty answer would look like two equal folders.
    drop(repo)
    head = commit(repo, "without")
    assert git.not_at(repo, "main", ".kfm") is None
    original = subprocess.run

    def answer(command: list[str], **options: object) -> object:
        if not any(step in part for part in command):
            return original(command, **options)  # type: ignore[call-overload]
        if is_killed:
            raise subprocess.TimeoutExpired(command, git.TIMEOUT_S)
        done = original(command, **options)  # type: ignore[call-overload]
        return subprocess.CompletedProcess(command, 1, done.stdout, b"fatal: broken")

    monkeypatch.setattr(subprocess, "run", answer)
    if step in ("--disambiguate", "cat-file"):
        assert git.resolve(repo, head) == "unresolved"
    else:
        assert git.not_at(repo, "main", ".kfm") is not None


@pytest.mark.parametrize("listing", [b"", b"x\n", b"%s\nx\n", b"%s x\n"])
def test_a_list_of_candidates_that_holds_something_else_is_refused(
    listing: bytes, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = id_of(repo).encode()
    outputs = iter([listing.replace(b"%s", head), head + b" commit 1\n"])
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **_: subprocess.CompletedProcess(command, 0, next(outputs), b""),
    )
    assert git.resolve(repo, head.decode()) == "unresolved"


# Hostile surroundings


def test_the_environment_of_the_caller_does_not_reach_git(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "--quiet")
    head = commit(other, "elsewhere")
    config = tmp_path / "config"
    config.write_text(f"[core]\n\tworktree = {other}\n[safe]\n\tbareRepository = explicit\n")
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(other / ".git/objects"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "maybe",
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_CEILING_DIRECTORIES": str(repo),
    }.items():
        monkeypatch.setenv(name, value)
    assert git.resolve(repo, head) == "unresolved"
    assert git.resolve(repo, id_of(repo)) == "resolved"
    assert not (tmp_path / "trace").exists()


def test_nothing_that_a_repository_configures_is_executed(repo: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\ncat\n")
    script.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass"),
        *("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.external"),
        *(
            "uploadpack.packObjectsHook",
            "credential.helper",
            "gpg.program",
            "core.alternateRefsCommand",
        ),
    ):
        run(repo, "config", key, str(script))
    for key, value in {
        "core.hooksPath": str(tmp_path),
        "remote.origin.url": f"ext::{script}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "extensions.partialClone": "origin",
        "core.repositoryformatversion": "1",
        "protocol.ext.allow": "always",
    }.items():
        run(repo, "config", key, value)
    (repo / ".git/info/attributes").write_text("* filter=x diff=x\n")
    assert git.resolve(repo, id_of(repo)) == "resolved"
    assert git.resolve(repo, "1" * 40) == "unresolved"
    assert git.head(repo) is not None
    assert git.not_at(repo, "main", ".kfm") is None
    assert git.not_at(repo, "2" * 40, ".kfm") is not None
    assert not trap.exists()


def test_a_repository_of_somebody_else_can_be_read(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(git._ENVIRONMENT, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert git.resolve(repo, id_of(repo)) == "resolved"
    monkeypatch.setattr(git, "_ARGUMENTS", ())
    assert git.resolve(repo, id_of(repo)) == "unresolved"


# The recorder


def test_head_is_the_full_commit(repo: Path) -> None:
    assert git.head(repo) == id_of(repo)


def test_a_repository_without_a_commit_has_no_head(tmp_path: Path) -> None:
    run(tmp_path, "init", "--quiet")
    assert git.head(tmp_path) is None


def test_changes_of_tracked_files_are_dirt(repo: Path) -> None:
    assert git.dirty(repo) is False
    (repo / "new.txt").write_text("x")
    assert git.dirty(repo) is False
    run(repo, "add", "new.txt")
    assert git.dirty(repo) is True
    commit(repo, "clean")
    (repo / "pipeline.py").unlink()
    assert git.dirty(repo) is True


# The trusted ref


def test_a_clean_checkout_is_at_its_ref(repo: Path) -> None:
    for ref in ("main", "HEAD", id_of(repo), "refs/heads/main", "main~0"):
        assert git.not_at(repo, ref, ".kfm") is None
    # What lies outside the folder does not matter.
    (repo / "pipeline.py").write_text("x = 2\n")
    assert git.not_at(repo, "main", ".kfm") is None


@pytest.mark.parametrize(
    "ref", ["", "nothing", "--all", "-h", "main --", "main\n", "main:.kfm", ":/first"]
)
def test_an_unknown_ref_is_refused(ref: str, repo: Path) -> None:
    assert git.not_at(repo, ref, ".kfm") is not None


def test_another_commit_is_refused_even_with_the_same_files(repo: Path) -> None:
    run(repo, "branch", "old")
    commit(repo, "second")
    assert git.not_at(repo, "old", ".kfm") == "another commit is checked out"


def edit(repo: Path) -> None:
    (repo / ".kfm/gates.yaml").write_text("schema_version: project/v2\n")


def add(repo: Path) -> None:
    (repo / ".kfm/profiles/loose.yaml").write_text("x")


def ignore(repo: Path) -> None:
    (repo / ".git/info/exclude").write_text(".kfm/\n")
    add(repo)


def remove(repo: Path) -> None:
    (repo / ".kfm/profiles/own.yaml").unlink()


def drop(repo: Path) -> None:
    shutil.rmtree(repo / ".kfm")


def assume_unchanged(repo: Path) -> None:
    run(repo, "update-index", "--assume-unchanged", ".kfm/gates.yaml")
    edit(repo)


def stage(repo: Path) -> None:
    edit(repo)
    run(repo, "add", ".kfm")


def link(repo: Path) -> None:
    path = repo / ".kfm/gates.yaml"
    path.rename(repo / "elsewhere.yaml")
    path.symlink_to(repo / "elsewhere.yaml")


def link_folder(repo: Path) -> None:
    (repo / ".kfm").rename(repo / "kfm")
    (repo / ".kfm").symlink_to("kfm")


def executable(repo: Path) -> None:
    (repo / ".kfm/gates.yaml").chmod(0o755)


def fifo(repo: Path) -> None:
    os.mkfifo(repo / ".kfm/pipe")


def line_ends(repo: Path) -> None:
    run(repo, "config", "core.autocrlf", "true")
    (repo / ".kfm/gates.yaml").write_bytes(b"schema_version: project/v1\r\n")


TAMPERS = [
    edit,
    add,
    ignore,
    remove,
    drop,
    assume_unchanged,
    stage,
    link,
    executable,
    fifo,
    line_ends,
]


@pytest.mark.parametrize("tamper", TAMPERS)
def test_any_difference_in_the_folder_is_refused(
    tamper: Callable[[Path], None], repo: Path
) -> None:
    tamper(repo)
    why = git.not_at(repo, "main", ".kfm")
    assert why is not None
    assert ".kfm" in why


def test_a_linked_folder_is_refused(repo: Path) -> None:
    link_folder(repo)
    assert git.not_at(repo, "main", ".kfm") is not None
    # Committed as a link, it is still no folder of files that the commit holds.
    commit(repo, "link")
    assert git.not_at(repo, "main", ".kfm") is not None


def test_a_folder_that_is_in_neither_place_is_the_same(repo: Path) -> None:
    drop(repo)
    assert git.not_at(repo, "main", ".kfm") is not None
    commit(repo, "without")
    assert git.not_at(repo, "main", ".kfm") is None
    add_again = repo / ".kfm"
    add_again.mkdir()
    (add_again / "x").write_text("x")
    assert git.not_at(repo, "main", ".kfm") == ".kfm/x is not in that commit"


def test_a_lake_below_the_root_of_its_repository(repo: Path) -> None:
    inner = repo / "lakes/a"
    (inner / ".kfm").mkdir(parents=True)
    (inner / ".kfm/gates.yaml").write_text("x")
    assert git.not_at(inner, "main", ".kfm") == ".kfm/gates.yaml is not in that commit"
    commit(repo, "inner")
    assert git.not_at(inner, "main", ".kfm") is None
    (inner / ".kfm/gates.yaml").write_text("y")
    assert git.not_at(inner, "main", ".kfm") == ".kfm/gates.yaml differs"


def test_names_that_git_would_quote_are_compared_too(repo: Path) -> None:
    (repo / '.kfm/profiles/caf\u00e9 "x"\t.yaml').write_text("x")
    commit(repo, "odd")
    assert git.not_at(repo, "main", ".kfm") is None
