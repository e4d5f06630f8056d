"""The cases that the suites of all languages share: the golden files of the template language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import pytest
from conftest import REPOSITORY

import keyslot
from keyslot import RootKey, Target, Vault
from keyslot.errors import Failure

GOLDEN = REPOSITORY / "tests/golden"
FILES = sorted(GOLDEN.glob("*.txt"))

SURFACES = {"path": "url_path", "query": "url_query"}

#: Messages of the resolver of the tests in Rust, which knows secrets in another way than a vault.
OF_FIXTURE = re.compile(r"no secret|no variable|secret \S+ is")

#: Cases of a parser of JSON text, which Python does with `json`.
JSON_TEXT = {
    "document_comment.txt",
    "document_duplicate_key.txt",
    "document_empty.txt",
    "document_lone_surrogate.txt",
    "document_markers.txt",
    "document_not_json.txt",
    "document_number_out_of_range.txt",
    "document_trailing.txt",
}


#: Cases that were not compared.
SKIPPED: List[str] = []


def skip(path: Path, reason: str) -> None:
    SKIPPED.append(path.stem)
    pytest.skip(reason)


def sections(path: Path) -> Dict[str, str]:
    parts = path.read_text(encoding="utf-8").split("=== ")[1:]
    split = (part.split("\n", 1) for part in parts)
    return {name: body[:-1] if body.endswith("\n") else body for name, body in split}


def target(words: str) -> Target:
    tool: Optional[str] = "test"
    given: Dict[str, Any] = {}
    for word in words.split():
        if word == "instructions":
            tool, given["instructions"] = None, True
        elif word == "keep":
            given["unknown_names"] = "keep"
        else:
            given["surface"] = SURFACES.get(word, word)
    return Target(tool, **given)


def syntax(line: str) -> List[Any]:
    words = line.split()
    if words[0] == "bookmark_at":
        return [{"bookmark_at": words[1:]}]
    if words[0] != "build":
        return list(words)
    built: Dict[str, Any] = {"open": words[1], "close": words[2]}
    rules = iter(words[3:])
    for rule in rules:
        value = next(rules)
        if rule == "escape":
            built[rule] = None if value == "none" else (value, next(rules))
        else:
            built[rule] = value
    return [built]


def settings(written: Optional[str]) -> Dict[str, Any]:
    if written is None:
        return {}
    lines = [re.sub(" keys$", "", line) for line in written.split("\n")]
    forms = [one for line in lines for one in syntax(line)]
    return {"syntax": forms, "keys": written.endswith(" keys")}


def unescaped(written: str) -> str:
    """The output of a case; text with control characters is written as Rust shows it."""
    if not re.fullmatch(r'".*\\.*"', written, re.S):
        return written
    short = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}

    def one(match: re.Match[str]) -> str:
        if match[1] is not None:
            return chr(int(match[1], 16))
        return short.get(match[2], match[2])

    return re.sub(r"\\(?:u\{([0-9a-f]+)\}|(.))", one, written[1:-1], flags=re.S)


def values(written: str) -> Tuple[Dict[str, str], Dict[str, Dict[int, str]], Dict[str, str]]:
    """Plain values, values with versions, and refusals."""
    plain: Dict[str, str] = {}
    pinned: Dict[str, Dict[int, str]] = {}
    refused: Dict[str, str] = {}
    for line in filter(None, written.split("\n")):
        if " = " not in line:
            name, refused_as = line.split(" ! ")
            refused[name] = refused_as
            continue
        name, value = line.split(" = ", 1)
        versioned = re.fullmatch(r"(.*)@(\d+)", name)
        if versioned:
            pinned.setdefault(versioned[1], {})[int(versioned[2])] = json.loads(value)
        else:
            plain[name] = json.loads(value)
    return plain, pinned, refused


def fill(
    scope: keyslot.Scope,
    plain: Dict[str, str],
    pinned: Dict[str, Dict[int, str]],
    refused: Dict[str, str],
) -> bool:
    """Puts what only a vault can be into one; False if its interface cannot make it."""
    for name, kind in refused.items():
        if not re.fullmatch(r"\w+", name):
            return False
        scope.put(name, "of no matter")
        if kind == "Revoked":
            scope.revoke(name)
        elif kind == "Inactive":
            scope.set_status(name, "inactive")
        elif kind == "Denied":
            scope.update(name, rules=keyslot.AccessRules(tools=["other"]))
        else:
            return False
    for name, versions in pinned.items():
        if max(versions) > 5 or "" in versions.values():
            return False
        for version in range(1, max(versions) + 1):
            scope.put(name, versions.get(version, "older"))
        if name in plain:
            scope.put(name, plain.pop(name))
    return True


def code(kind: str) -> str:
    return re.sub(r"(?<!^)[A-Z]", lambda letter: "_" + letter[0], kind).lower()


def leaf(text: str, pointer: Optional[str]) -> str:
    if pointer is None:
        return text
    value = json.loads(text)
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value.get(step)
    return value if isinstance(value, str) else text


def in_chars(text: str, byte: int) -> int:
    return len(text.encode()[:byte].decode())


def compare_errors(failures: Tuple[Failure, ...], written: str, text: str, ordered: bool) -> None:
    expected = []
    for line in written.split("\n"):
        match = re.fullmatch(r"(\w+) (-|(\d+)\.\.(\d+) (\d+):(\d+)) (.*)", line)
        assert match, line
        said = re.sub(r", and \d+ more failures?$", "", match[7])
        place = re.search(r"\(at (/.*?)(, line \d+)?(, column \d+)?\)$", said)
        pointer = place[1] if place else None
        span = None
        if match[3] is not None:
            at = leaf(text, pointer)
            span = (in_chars(at, int(match[3])), in_chars(at, int(match[4])))
        column = None if match[6] is None else int(match[6])
        expected.append((pointer or "", span, code(match[1]), column, said))
    came = [(one.pointer or "", one.span, one.code, one.column, one.message) for one in failures]
    if not ordered:
        # Rust sorts the keys of documents; Python keeps them as they are.
        expected.sort(key=lambda one: (one[0], one[1] or (0, 0)))
        came.sort(key=lambda one: (one[0], one[1] or (0, 0)))
    assert [one[:4] for one in came] == [one[:4] for one in expected]
    for (*_, message), (*_, said) in zip(came, expected):
        if not OF_FIXTURE.match(said):
            assert said.startswith(message)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    case = sections(path)
    plain, pinned, refused = values(case.get("secrets", ""))
    variables, versions, unknown = values(case.get("variables", ""))
    scope = Vault.in_memory(RootKey.generate(), **settings(case.get("syntax"))).scope("test")
    if path.name in JSON_TEXT or versions or unknown:
        skip(path, "of the parser or the resolver in Rust")
    if not fill(scope, plain, pinned, refused):
        skip(path, "needs the resolver in Rust")
    is_document = "document" in case
    text: Any
    if is_document:
        text = case["document"]
        given: Any = json.loads(text)
    else:
        text = given = json.loads(case.get("json template", "null")) or case.get("template", "")
    if is_document and not isinstance(given, (dict, list, str)):
        skip(path, "a document that is a number")
    where, call = target(case.get("target", "")), {"secrets": plain, "variables": variables}
    if "errors" in case:
        with pytest.raises(keyslot.KeyslotError) as error:
            scope.resolve(given, where, **call)
        if is_document and isinstance(given, str):
            return
        compare_errors(error.value.failures, case["errors"], text, not is_document)
        return
    resolved = scope.resolve(given, where, **call)
    shown = resolved.get_secret_value()
    if is_document:
        assert shown == json.loads(case["output"])
    else:
        assert shown == unescaped(case["output"])
    used = [one["name"] for one in resolved.used]
    assert sorted(used) == sorted(filter(None, case.get("used", "").split("\n")))
    assert resolved.kept == list(filter(None, case.get("kept", "").split("\n")))
    references = list(filter(None, case.get("references", "").split("\n")))
    assert sorted(scope.references(given)) == sorted(references)


def test_nearly_all_cases_are_compared() -> None:
    assert len(FILES) >= 500 and len(SKIPPED) <= 25


REDACTION = json.loads((REPOSITORY / "tests/vectors/redaction.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REDACTION, ids=lambda case: case["pins"])
def test_redaction(case: Dict[str, Any]) -> None:
    redactor = keyslot.Redactor(case["values"])
    output = case["output"]
    if "text" in case:
        assert redactor.redact(case["text"]) == output
    elif "json" in case:
        redacted = redactor.redact(json.loads(case["json"]))
        assert redacted == json.loads(output)
        if isinstance(redacted, dict):
            assert list(redacted) == list(json.loads(output))
    else:
        stream = redactor.stream()
        parts = [stream.feed(part) for part in case["parts"]]
        assert "".join(parts) + stream.finish() == output


def test_lints_have_the_codes_and_places_of_the_golden_cases() -> None:
    compared = 0
    for path in FILES:
        case = sections(path)
        if "lints" not in case or "errors" in case or path.name in JSON_TEXT:
            continue
        vault = Vault.in_memory(RootKey.generate(), **settings(case.get("syntax")))
        scope = vault.scope("test")
        known = {**values(case.get("variables", ""))[0], **values(case.get("secrets", ""))[0]}
        for name, value in known.items():
            try:
                scope.put(name, value)
            except keyslot.errors.InvalidInput:
                pass
        is_document = "document" in case
        text: str = case.get("document") or json.loads(case.get("json template", "null"))
        text = text or case["template"]
        given = json.loads(text) if is_document else text
        try:
            lints = scope.check(given, Target("test", unknown_names="keep"))
        except keyslot.KeyslotError:
            # A value that no vault takes.
            continue
        lines = case["lints"].split("\n")
        assert len(lints) == len(lines), path.stem
        for lint, line in zip(lints, lines):
            match = re.fullmatch(r"(\w+) (\d+)\.\.(\d+) (.*)", line)
            assert match
            written = leaf(text, lint["pointer"])
            span = {
                "start": in_chars(written, int(match[2])),
                "end": in_chars(written, int(match[3])),
            }
            assert (lint["code"], lint["span_chars"]) == (code(match[1]), span), path.stem
            assert match[4].endswith(lint["message"]), path.stem
        compared += 1
    assert compared >= 60


def test_messages_are_those_of_the_golden_list(scope: keyslot.Scope) -> None:
    def general(line: str) -> str:
        line = re.sub(r" \((line \d+|at /).*$", "", line)
        return re.sub(r"byte \d+", "byte", line)

    files = (GOLDEN / "messages").glob("*.txt")
    lines = [line for file in files for line in file.read_text(encoding="utf-8").split("\n")]
    known = {general(line) for line in lines}
    calls: List[Callable[[], Any]] = [
        lambda: scope.resolve("<<$SECRET.A>>"),
        lambda: scope.resolve("<<$secret.>>"),
        lambda: scope.resolve("<<$secret.A"),
        lambda: scope.resolve("<<$secret.A | basic>>"),
        lambda: scope.put("KEY", ""),
        lambda: scope.put("two  spaces", "value"),
        lambda: scope.narrowed(keyslot.Permissions("nothing")),
        lambda: RootKey.from_hex("00"),
        lambda: Target("a", instructions=True),
        lambda: Target(host="a", url="https://a"),
        lambda: Target("a", host="Canary"),
        lambda: keyslot.AccessRules(hosts=["*"]),
        lambda: scope.with_syntax("canary"),
        lambda: Vault.in_memory(RootKey.generate(), audit="canary"),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(keyslot.KeyslotError) as error:
            call()
        failure = error.value.failures[0]
        said = general(failure.message)
        assert f"{failure.code}: {said}" in known or f"json: {said}" in known, (number, said)
