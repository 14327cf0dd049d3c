"""What is called plainly sound is sound for those who judge thoroughly."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.spec.document import Document, read_document
from ltxspec.spec.rules import broken_rules
from ltxspec.spec.soundness import is_plainly_sound
from ltxspec.spec.wording import structural_faults

SPEC: dict[str, Any] = {
    "apiVersion": "ltxspec/v1",
    "kind": "RenderSpec",
    "metadata": {"name": "night", "title": "Night"},
    "model": "acme:1@0",
    "vars": {"city": "Kyoto"},
    "defaults": {"width": 1920},
    "shots": {
        "alley": {"prompt": "Rain.", "duration": 8},
        "temple": {"prompt": {"file": "temple.j2"}, "vars": {"fog": 1}, "title": "T", "model": "acme:2@0"},
    },
}
NAMES = st.sampled_from(["alley", "a b", "-a", "a.b", "x" * 64, "9", "for", "city", "é", "a\n", ""])
ODD = st.none() | st.booleans() | st.integers() | st.sampled_from(["", " ", "text", "\n", [], {}, ["a"], {"file": ""}])
PARTS = [
    "prompt",
    "vars",
    "matrix",
    "forEach",
    "moved",
    "title",
    "labels",
    "checks",
    "model",
    "taskUUID",
    "fps",
    "file",
]


def read(spec: Any) -> Document:
    return read_document(yaml.safe_dump(spec, sort_keys=False), "specs/a.yaml")


def faults(document: Document) -> list[Any]:
    return [*structural_faults(document.root), *broken_rules(document.root)]


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """The spec, with a few things replaced, added or taken away anywhere."""
    spec: Any = deepcopy(SPEC)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([(), ("metadata",), ("vars",), ("defaults",), ("shots",), ("shots", "alley")]))
        part = spec
        for step in path:
            part = part.get(step) if isinstance(part, dict) else None
        if not isinstance(part, dict):
            continue
        key = draw(NAMES | st.sampled_from(PARTS) | st.sampled_from(sorted(part) or ["a"]))
        if draw(st.integers(0, 4)):
            part[key] = draw(ODD | st.sampled_from([{"prompt": "x"}, {"prompt": {"file": "a"}}, {"a": 1}]))
        else:
            part.pop(key, None)
    return spec


@given(spoiled())
def test_no_fault_is_overlooked(spec: Any) -> None:
    document = read(spec)
    assert not is_plainly_sound(document) or faults(document) == []


def test_an_ordinary_spec_is_plainly_sound() -> None:
    assert is_plainly_sound(read(SPEC))


@pytest.mark.parametrize(
    "change",
    [
        {"apiVersion": "ltxspec/v2"},
        {"kind": "Spec"},
        {"metadata": {"name": "Night"}},
        {"metadata": {"name": "night\n"}},
        {"metadata": {}},
        {"model": ""},
        {"vars": {"for": 1}},
        {"defaults": {"prompt": "x"}},
        {"defaults": {"taskUUID": "x"}},
        {"extra": 1},
        {"shots": {}},
        {"shots": []},
        {"shots": {"a b": {"prompt": "x"}}},
        {"shots": {"alley": None}},
        {"shots": {"alley": {"prompt": " "}}},
        {"shots": {"alley": {"prompt": {"file": "x", "more": 1}}}},
        {"shots": {"alley": {"prompt": "x", "taskType": "y"}}},
        {"shots": {"alley": {"prompt": "x", "vars": {"a-b": 1}}}},
        {"shots": {"alley": {"prompt": "x", "matrix": {"sky": ["rain"]}}}},
    ],
)
def test_what_is_wrong_or_rare_is_left_to_the_judges(change: dict[str, Any]) -> None:
    assert not is_plainly_sound(read({**SPEC, **change}))


def test_an_escape_of_half_a_character_is_left_to_the_judges() -> None:
    text = yaml.safe_dump({**SPEC, "model": "placeholder"})
    assert is_plainly_sound(read_document(text.replace("placeholder", '"\\u00e9"'), "a"))
    assert not is_plainly_sound(read_document(text.replace("placeholder", "'\\ud83d'"), "a"))
