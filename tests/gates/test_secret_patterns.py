"""Our own detectors: what they find, what they leave alone, and that nothing is repeated."""

from __future__ import annotations

import json
from pathlib import Path

import goodrun
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kfm_gates.evidence import scan_text, strict_json
from kfm_gates.evidence.document_search import MAX_VALUES, search_document
from kfm_gates.evidence.secret_patterns import DETECTORS, Detector, Kind, is_redacted, luhn
from kfm_gates.evidence.secrets_scan import Search, TooManySuspectsError, salted_hash
from kfm_gates.gates import all_gates

A = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LONG = A * 3

# Text that holds one value of the shape; `{}` stands for it. Halves keep scanners quiet.
FOUND: list[tuple[str, str, str]] = [
    ("a private key", "x {} y", "-----BEGIN " + "PRIVATE KEY-----"),
    ("a private key", "x {} y", "-----BEGIN " + "ENCRYPTED PRIVATE KEY-----"),
    ("a private key", "x {} y", "-----BEGIN " + "PGP PRIVATE KEY BLOCK-----"),
    ("a private key", "x {} y", "PuTTY-User-Key-" + "File-3"),
    ("a password in a URL", "postgres://svc:{}@db.kgs.ku.edu:5432/wells", "pa55-w0rd"),
    ("a password in a URL", "redis://:{}@cache/0", "pa55w0rd"),
    ("an Authorization header", "Authorization: Basic {}", "c3ZjOnB3"),
    ("an Authorization header", '"authorization": "Token {}"', HEX[:40]),
    ("a bearer token", "curl -H 'X: y' bearer {}", "a1b2c3d4e5f6a7b8"),
    ("an AWS secret key", "AWS_SECRET_ACCESS_KEY={}", LONG[:40]),
    ("an AWS secret key", "aws_secret_access_key = {}", LONG[:39] + "/"),
    ("an AWS secret key", "aws configure set aws_secret_access_key {}", LONG[:40]),
    ("an AWS secret key", 'secretAccessKey: "{}"', LONG[:40]),
    ("an AWS secret key", "AWS_SESSION_TOKEN={}", LONG + "=="),
    ("an AWS secret key", '\\"SessionToken\\": \\"{}\\"', LONG),
    ("an Authorization header", '{{\\"Authorization\\": \\"Basic {}\\"}}', "c3ZjOnB3"),
    ("an Authorization header", "(b'Authorization', b'Basic {}')", "c3ZjOnB3"),
    ("an Authorization header", "'Authorization' => 'Basic {}'", "c3ZjOnB3"),
    ("an Authorization header", '"name": "Authorization", "value": "Basic {}"', "c3ZjOnB3"),
    ("an API key header", '"X-Api-Key", "{}"', "k-123456789"),
    ("a password in a URL", "https://user:{}@kgs.ku.edu/", "{" + "hunter2}"),
    ("a cookie", "Set-Cookie: {}; Path=/", "sid=a1b2c3d4e5f6"),
    ("a cookie", '"cookie": "{}"', "session=deadbeef00"),
    ("an API key header", "X-Api-Key: {}", "k-123456789"),
    ("an API key header", "PRIVATE-TOKEN={}", "k-123456789"),
    ("a signed URL", "https://x.blob.core.windows.net/c?sv=1&sig={}", "ab%2F" + A + "%3D"),
    ("a signed URL", "https://s3.amazonaws.com/b/k?X-Amz-Signature={}", HEX),
    ("a credential in a URL", "https://api.kgs.ku.edu/v1?api_key={}", "abc123"),
    ("a credential in a URL", "https://x/?a=1&client-secret={}", "abc-def"),
    ("a key in a URL", "https://api.census.gov/data?get=NAME&key={}", HEX[:40]),
    ("an Anthropic key", "{}", "sk-" + "ant-" + A),
    ("an ArcGIS key", "{}", "AAP" + "K" + LONG[:80]),
    ("an Azure client secret", "{}", "abc" + "8Q~" + A),
    ("an Azure shared key", "Endpoint=x;{}", "SharedAccess" + "Key=" + LONG[:43] + "="),
    ("a Databricks token", "{}", "dapi" + HEX[:32]),
    ("a DigitalOcean token", "{}", "dop_" + "v1_" + HEX),
    ("a GitHub token", "{}", "github_" + "pat_" + LONG[:82]),
    ("a Google API key", "{}", "AI" + "zaSy" + LONG[:33]),
    ("a Google OAuth token", "{}", "ya29" + "." + LONG[:60]),
    ("a Google OAuth secret", "{}", "GOC" + "SPX-" + A[:28]),
    ("a Hugging Face token", "{}", "hf_" + LONG[:34]),
    ("a Mapbox secret token", "{}", "sk" + ".eyJ" + A + "." + A[:22]),
    ("an npm token", "{}", "npm_" + LONG[:36]),
    ("an OpenAI key", "{}", "sk-" + "proj-" + LONG[:48]),
    ("a Planet key", "{}", "PLAK" + HEX[:32]),
    ("a Slack token", "{}", "xapp-" + "1-A0B1C2D3-1234567890-" + HEX),
    ("a Slack token", "{}", "xoxe" + ".xoxp-1-" + LONG[:60]),
    ("a Vault token", "{}", "hvs" + "." + A),
    ("an age secret key", "{}", "AGE-SECRET-" + "KEY-1" + "Q" * 58),
    ("an e-mail address", "mail to {}.", "ada.lovelace+kgs@stat.ku.edu"),
    ("a US social security number", "owner {}, well 7", "219-09-9998"),
    ("a payment card number", "paid with {}.", "4111 1111 1111 1111"),
    ("a payment card number", "card={}", "5500005555555559"),
    ("a payment card number", "{}", "3714-496353-98431"),
]
LEFT = [
    "https://svc:***@db/x https://svc:<password>@db/x https://svc:${PW}@db/x https://svc:xxxx@db",
    "https://kgs.ku.edu:8443/wells@2x.png s3://bucket/key:with@colon",
    "Authorization: Bearer *** and Authorization: Basic [redacted]",
    "the bearer of responsibilities-and-duties-of-office",
    "cookies were rejected; cookie: none",
    "https://x/?key=population-by-county-and-year&token=1234567890123456",
    "https://x/?api_key=REDACTED&password=%(password)s",
    "wells@2x.png tile@3x.webp noreply@kgs.ku.edu x@users.noreply.github.com",
    "a@example.com b@sub.example.org c@localhost d@host.invalid pkg@1.2.3 git@github.com",
    "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 1123-45-6789 123-45-67890",
    "046-128-33-0-20-03-002.00-0 2026-11-21 785-864-3965 123-45-6789-0",
    "4111111111111112 1234567812345678 4444-4444-44444444 0.4111111111111111 4111111111111111.5",
    f"sha256:{HEX} x4111111111111111y a/4111111111111111",
    "begin the private key ceremony",
]


@pytest.mark.parametrize(("name", "text", "value"), FOUND, ids=[f[0] for f in FOUND])
def test_found(name: str, text: str, value: str) -> None:
    full = text.format(value)
    assert not Search().clean(["before", full, "after"])
    hits = Search().find(full)
    assert name in [hit.detector for hit in hits]
    hit = next(h for h in hits if h.detector == name)
    assert full[hit.start : hit.end] == hit.value == value
    assert value not in repr(hit)


def test_every_detector_has_an_example() -> None:
    assert {d.name for d in DETECTORS} == {name for name, _, _ in FOUND}


@pytest.mark.parametrize("text", LEFT)
def test_left_alone(text: str) -> None:
    assert Search().find(text) == []


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
def test_needles_let_every_match_through(detector: Detector) -> None:
    @settings(
        max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.from_regex(detector.pattern))
    def check(text: str) -> None:
        folded = text.casefold()
        # The Turkish i has no needle to be found by, and nobody writes headers with it.
        if "\u0131" in text or "\u0130" in text or not detector.needles:
            return
        assert any(needle in folded for needle in detector.needles)

    check()


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(st.text(), max_size=5), st.sampled_from(FOUND), st.integers(0, 5))
def test_clean_never_hides_what_find_finds(
    texts: list[str], found: tuple[str, str, str], at: int
) -> None:
    texts.insert(at, found[1].format(found[2]))
    assert not Search().clean(texts)


def test_personal_data_inside_a_credential_count_once() -> None:
    (hit,) = Search().find("https://svc:s3cret@kgs.ku.edu/x")
    assert hit.kind is Kind.CREDENTIAL


def test_luhn() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert not luhn("")


@pytest.mark.parametrize("value", ["$ecret", "%foos", "{", "xx", "password", "hunter2", "a***"])
def test_what_is_not_redacted(value: str) -> None:
    assert not is_redacted(value)


def test_salted_hash_needs_a_salt() -> None:
    with pytest.raises(ValueError, match="salt"):
        salted_hash("", "x")
    assert salted_hash("a" * 16, "x") != salted_hash("b" * 16, "x")
    assert len(salted_hash("a" * 16, "\ud800")) == 64


def test_places_in_json() -> None:
    key = "PLAK" + HEX[:32]
    document = {"a": [{"b/c": f"{key}"}], key: {"x": "nothing", "y": key}, "n": [1, None, True]}
    raw = json.dumps(document, indent=1).encode()
    searched = search_document(Search(), raw, "params.json")
    # The key that is a value itself is not shown, nor is anything below it.
    assert [(f.pointer, f.line) for f in searched.found] == [("/a/0/b~1c", 4), ("", 1), ("", 1)]


def test_json_is_searched_key_by_key() -> None:
    entries = scan_text.of_json({"k": "v", "l": [1, "x", [True, 0.5, None]], "o": {}})
    assert [(e.pointer, e.text, e.text[e.value_at :]) for e in entries] == [
        ("", '"":', ""),
        ("/k", '"k": "v"', 'v"'),
        ("/l", '"l":', ""),
        ("/l/0", '"l": 1', "1"),
        ("/l/1", '"l": "x"', 'x"'),
        ("/l/2", '"l":', ""),
        ("/l/2/0", '"l":', ""),
        ("/l/2/1", '"l":', ""),
        ("/l/2/2", '"l":', ""),
        ("/o", '"o":', ""),
    ]


def test_a_shape_that_needs_the_key_is_found_at_the_value() -> None:
    raw = json.dumps({"a": {"ibm_iam_api_key": (A * 2)[:44]}}).encode()
    (found,) = search_document(Search(), raw, "params.json").found
    assert found.pointer == "/a/ibm_iam_api_key"


def test_long_documents_come_in_batches() -> None:
    raw = b"".join(b'{"n": "%d"}\n' % n for n in range(200_000))
    batches = list(scan_text.batches(raw, "run.jsonl"))
    assert len(batches) > 1
    assert batches[-1][-1].line == 200_000


def test_many_hits_need_one_look_for_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for every line from the start made a few hundred hits take many seconds."""
    made: list[bytes] = []
    original = strict_json.Positions

    def counted(raw: bytes) -> strict_json.Positions:
        made.append(raw)
        return original(raw)

    monkeypatch.setattr(strict_json, "Positions", counted)
    data = {f"k{n}": f"user{n}@kgs.ku.edu" for n in range(900)}
    raw = json.dumps(data, indent=1).encode()
    found = search_document(Search(), raw, "a.json").found
    assert [one.line for one in found] == list(range(2, 902))
    assert [one.pointer for one in found] == [f"/k{n}" for n in range(900)]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"name": "Cookie", "value": "sid=a1b2c3d4e5f6"}, "/value"),
        ({"value": "sid=a1b2c3d4e5f6", "name": "Cookie"}, "/value"),
        ({"key": "X-Api-Key", "value": "k-123456789"}, "/value"),
        (["Host", "kgs.ku.edu", "X-Api-Key", "k-123456789"], "/3"),
    ],
)
def test_names_beside_values(data: object, pointer: str) -> None:
    (found,) = search_document(Search(), json.dumps(data).encode(), "a.json").found
    assert found.pointer == pointer


def test_a_flood_of_values_is_refused() -> None:
    raw = "\n".join(f"user{n}@kgs.ku.edu" for n in range(MAX_VALUES + 1)).encode()
    with pytest.raises(TooManySuspectsError):
        search_document(Search(), raw, "a.txt")


def test_many_hits_are_counted_and_not_all_listed(tmp_path: Path) -> None:
    text = "\n".join(f"user{n}@kgs.ku.edu" for n in range(60)) + "\nx hvs." + A + "\n"
    case = goodrun.Case(files={"logs/console.txt": text})
    result = all_gates()["secrets"].run(goodrun.context(goodrun.write(tmp_path, case), tmp_path))
    assert result.facts["hits"] == 61
    codes = [f.code for f in result.findings]
    assert codes.count("PERSONAL_DATA_FOUND") == 51
    assert codes.count("SECRET_FOUND") == 1
    assert {str(c.status) for c in result.checks if c.id != "searchable"} == {"failed"}


def test_a_finding_shows_the_hash_to_list_if_there_is_a_salt(tmp_path: Path) -> None:
    token, marker = "hvs." + A, "-----BEGIN " + "PRIVATE KEY-----"
    files = {"logs/console.txt": f"{token}\n{marker}\n"}
    salt = "b41d2f0c9a7e4e6d"
    shown = []
    for number, not_secrets in enumerate(({"salt": salt}, {})):
        case = goodrun.Case(files=files, not_secrets=not_secrets)
        root = tmp_path / str(number)
        context = goodrun.context(goodrun.write(root, case), root, case)
        shown += [finding.got for finding in all_gates()["secrets"].run(context).findings]
    assert shown == [
        f"withheld; salted hash {salted_hash(salt, token)}",
        "withheld; no exception is possible",
        "withheld; .kfm/not-secrets.yaml has no salt to hash it with",
        "withheld; no exception is possible",
    ]


@pytest.mark.parametrize(
    "folder",
    sorted(Path(__file__).parent.glob("secrets/*/*")),
    ids=lambda f: "/".join(f.parts[-2:]),
)
def test_findings_never_repeat_a_value(folder: Path, tmp_path: Path) -> None:
    """Whatever was found stands in no finding, not even in a pointer or in a file name."""
    case = goodrun.Case.load(folder / "case.json")
    run = goodrun.write(tmp_path, case)
    context = goodrun.context(run, tmp_path, case)
    result = all_gates()["secrets"].run(context)
    values = set()
    for path in run.rglob("*"):
        text = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
        lines = [text.replace("\\u0041", "A").replace("\\n", "\n"), path.name]
        if len(text) < 100_000:
            values |= {hit.value for line in lines for hit in Search().find(line)}
    for finding in result.findings:
        for value in values:
            # The name of a field (a mailbox, say) may well be the name of a place.
            assert value not in repr(finding), finding
