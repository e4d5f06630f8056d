"""The examples of the README, run in their order."""

from __future__ import annotations

import io
import re
import urllib.request
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import REPOSITORY, VALUE

import keyslot


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in ("langchain_core", "pydantic_ai", "agents", "mcp"):
        pytest.importorskip(extra)
    text = (REPOSITORY / "crates/python/README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) == 3
    sent: List[str] = []

    def urlopen(request: urllib.request.Request) -> io.BytesIO:
        sent.append(str(request.headers))
        return io.BytesIO(f"{request.full_url} {request.headers}".encode())

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEYSLOT_KEY", keyslot.RootKey.generate().to_base64())
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    shown: List[Any] = []
    space: Dict[str, Any] = {
        "input_from_a_prompt": VALUE,
        "send": sent.append,
        "reply": f"401 for {VALUE}",
        "print": shown.append,
    }
    # The last line of the first block is the call whose result the model gets.
    lines = blocks[0].rstrip().rsplit("\n", 1)
    exec(f"{lines[0]}\nresult = {lines[1]}", space)
    assert VALUE in sent[0] and VALUE not in space["result"]
    assert "<<$secret.STRIPE_KEY>>" in space["result"]
    exec(blocks[1], space)
    exec(blocks[2], space)
    assert sent[1] == f"Bearer {VALUE}" and shown == ["401 for <<$secret.STRIPE_KEY>>"]
