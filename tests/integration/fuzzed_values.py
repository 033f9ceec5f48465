"""Hooks of Schemathesis: some of its random texts become ids that exist, and numbers likely ones,
so that more than refusals is seen. It loads this file itself (`SCHEMATHESIS_HOOKS`)."""

import json
import os
from typing import Any
from zlib import crc32

import schemathesis

KNOWN: dict[str, list[str]] = json.loads(os.environ["FUZZED_IDS"])
"""Ids by the path or field they stand in."""
BELOW = {"seq": 60, "credits": 1_000, "allotment": 1_000, "max_credits": 1_000, "extra_cap": 1_000}
"""What is positive becomes less than this; an org has about 60 entries."""
TEXTS = ("note", "name")
"""Empty ones are refused, and most random ones are empty."""


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Most ids are those of somebody."""
    for name, text in (path_parameters or {}).items():
        assert path_parameters is not None
        path_parameters[name] = _known(f"{context.operation.path} {name}", text)
    return path_parameters


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The same in bodies, with likely numbers and texts."""
    if isinstance(body, dict):
        for item in _listed(body, "items"):
            if isinstance(item, dict) and "subject" in item:
                item["subject"] = _known("subject", item["subject"])
        for name in ("users", "urls"):
            listed = _listed(body, name)
            listed[:] = [_known(name, text) for text in listed]
        select = body.get("select")
        if isinstance(select, dict):
            chosen = _listed(select, "subjects")
            chosen[:] = [_known("subject", text) for text in chosen]
        _make_likely(body)
    return body


def _make_likely(body: dict[str, Any]) -> None:
    for name, below in BELOW.items():
        if type(body.get(name)) is int and body[name] > 0:
            body[name] %= below
    for name in TEXTS:
        if body.get(name) == "":
            body[name] = "written by nobody"


def _listed(body: dict[str, Any], name: str) -> list[Any]:
    value = body.get(name)
    return value if isinstance(value, list) else []


def _known(where: str, text: Any) -> Any:
    """By its checksum, so that a failure found is found again."""
    known = KNOWN.get(where, [])
    if not known or not isinstance(text, str):
        return text
    place = crc32(text.encode(errors="replace")) % (len(known) + len(known) // 8 + 1)
    return known[place] if place < len(known) else text
