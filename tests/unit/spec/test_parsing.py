import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltxspec.errors import Location, Problems
from ltxspec.spec.models import Check, ForEach, Spec, SpecShot
from ltxspec.spec.parsing import parse_spec

WHOLE = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata:
  name: night-scenes
  title: Night scenes
  labels: {campaign: autumn, year: 2026}
model: acme:1@0
vars:
  city: Neo-Kyoto
defaults:
  width: 1920
  settings: {sound: true}
checks:
  - assert: duration <= 10
shots:
  alley:
    prompt: |
      Rain over {{ city }}.
    height: 1080
  procession:
    prompt: {file: prompts/procession.j2}
    vars: {moon: giant}
    model: acme:2@0
    title: A procession
    labels: {act: one}
    moved: earlier[a,b]
    checks:
      - {assert: width > 1, message: too narrow, severity: warning}
  weather:
    matrix: {sky: [rain, fog]}
    prompt: x
  product:
    forEach: {file: data/shots.csv, key: sku}
    prompt: x
  inline:
    forEach: [{a: 1}]
    prompt: x
"""


def parse(text: str, *, known_good: bool = False) -> tuple[Spec | None, Problems]:
    problems = Problems()
    return parse_spec(text, "specs/s.yaml", problems, known_good=known_good), problems


def shot_lines(*lines: str) -> str:
    """A spec whose only shot `x` has these lines, from line 7 on."""
    head = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: s}\nshots:\n  x:\n    prompt: p\n"
    return head + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize("known_good", [False, True])
def test_a_whole_spec_becomes_values(*, known_good: bool) -> None:
    spec, problems = parse(WHOLE, known_good=known_good)
    assert problems.diagnostics == []
    assert spec is not None
    assert (spec.name, spec.title, spec.model) == ("night-scenes", "Night scenes", "acme:1@0")
    assert spec.labels == {"campaign": "autumn", "year": "2026"}
    assert (spec.vars, spec.defaults) == ({"city": "Neo-Kyoto"}, {"width": 1920, "settings": {"sound": True}})
    assert spec.checks == (Check("duration <= 10", None, "error", ("checks", 0)),)
    assert dict(spec.shots) == {
        "alley": SpecShot("alley", "Rain over {{ city }}.\n", None, None, parameters={"height": 1080}),
        "procession": SpecShot(
            "procession",
            None,
            "prompts/procession.j2",
            "acme:2@0",
            vars={"moon": "giant"},
            moved="earlier[a,b]",
            title="A procession",
            labels={"act": "one"},
            checks=(Check("width > 1", "too narrow", "warning", ("shots", "procession", "checks", 0)),),
        ),
        "weather": SpecShot("weather", "x", None, None, matrix={"sky": ["rain", "fog"]}),
        "product": SpecShot("product", "x", None, None, for_each=ForEach(None, "data/shots.csv", "sku")),
        "inline": SpecShot("inline", "x", None, None, for_each=ForEach([{"a": 1}], None, None)),
    }


def test_shots_keep_the_order_written_and_their_places() -> None:
    spec, _ = parse(WHOLE)
    assert spec is not None
    assert list(spec.shots) == ["alley", "procession", "weather", "product", "inline"]
    assert spec.document.locate(("shots", "weather")) == Location("specs/s.yaml", 29, 3, "  weather:")


def test_empty_optional_parts_are_absent_parts() -> None:
    spec, problems = parse(
        shot_lines("vars:", "title:", "labels:", "checks:", "moved:", "model:") + "vars:\ndefaults:\n"
    )
    assert problems.diagnostics == []
    assert spec is not None
    assert spec.shots["x"] == SpecShot("x", "p", None, None)


def test_parameters_are_left_to_the_model_whatever_they_are() -> None:
    spec, problems = parse(shot_lines("widht: 3", "inputs: {frameImages: [a.jpg]}", "duration: '{{ s }}'", "ttl: null"))
    assert problems.diagnostics == []
    assert spec is not None
    expected = {"widht": 3, "inputs": {"frameImages": ["a.jpg"]}, "duration": "{{ s }}", "ttl": None}
    assert spec.shots["x"].parameters == expected


def test_text_that_is_not_yaml_is_no_spec() -> None:
    spec, problems = parse("a: [")
    assert spec is None
    assert [each.code for each in problems.errors] == ["yaml"]


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = shot_lines("title: 3", "taskType: x") + "  a.b: {prompt: y}\n  bad: {}\nextra: 1\nkind2: x\n"
    spec, problems = parse(text)
    assert [(each.code, each.where and each.where.line) for each in problems.errors] == [
        ("wrong-type", 7),
        ("set-by-ltxspec", 8),
        ("bad-name", 9),
        ("missing-prompt", 10),
        ("unknown-key", 11),
        ("unknown-key", 12),
    ]
    assert spec is not None
    assert list(spec.shots) == ["x"]


def test_a_sound_shot_is_kept_beside_a_broken_one_so_that_it_can_be_judged_too() -> None:
    spec, problems = parse(shot_lines("labels: 3") + "  y: {prompt: 4}\n  z: {prompt: z, vars: 3}\n")
    assert [each.where and each.where.line for each in problems.errors] == [7, 8, 9]
    assert spec is not None
    assert list(spec.shots) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "just text",
        "shots: {x: {prompt: p}}",
        "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: s}\nshots: []",
        shot_lines().replace("ltxspec/v1", "ltxspec/v2"),
        shot_lines() + "vars: [1]\n",
        shot_lines() + "defualts: {width: 1}\n",
    ],
)
def test_a_spec_broken_at_the_top_is_no_spec(text: str) -> None:
    spec, problems = parse(text)
    assert spec is None
    assert problems.errors


def test_a_later_version_is_not_judged_by_the_rules_of_this_one() -> None:
    _, problems = parse(WHOLE.replace("ltxspec/v1", "ltxspec/v3").replace("kind:", "sort:"))
    (only,) = problems.errors
    assert (only.code, only.message) == (
        "unknown-version",
        "this spec needs a newer ltxspec: its apiVersion is `ltxspec/v3`",
    )


def test_a_spec_known_good_is_read_without_the_slow_library() -> None:
    code = (
        "import sys; from ltxspec.errors import Problems; from ltxspec.spec.parsing import parse_spec;"
        "from ltxspec.spec.expansion import expand;"
        f"spec = parse_spec({WHOLE!r}, 'a', Problems(), known_good=True);"
        "assert len(spec.shots) == 5; print('pydantic' in sys.modules or 'jsonschema' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


TOKENS = st.sampled_from(
    (
        *(
            "prompt",
            "vars",
            "matrix",
            "forEach",
            "moved",
            "checks",
            "shots",
            "apiVersion",
            "- ",
            ": ",
            "{",
            "}",
            "[",
            "]",
        ),
        *("\n", "  ", "x", "3", "null", "&a ", "*a", "<<: *a", "'", '"', "#", "include", "exclude", "{{ x }}", "true"),
    )
)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), TOKENS), min_size=1, max_size=6))
@settings(max_examples=300)
def test_a_damaged_spec_is_read_or_refused_but_never_crashes(edits: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for place, length, token in edits:
        text = text[:place] + token + text[place + length :]
    spec, problems = parse(text)
    assert spec is not None or problems.errors
    if spec is not None and not problems.errors:
        again, _ = parse(text, known_good=True)
        assert again is not None
        assert (again.shots, again.vars, again.defaults) == (spec.shots, spec.vars, spec.defaults)


NAMES = st.sampled_from(
    ["apiVersion", "kind", "metadata", "name", "title", "labels", "model", "vars", "defaults", "checks"]
)
KEYS = NAMES | st.sampled_from(
    ["shots", "prompt", "file", "matrix", "forEach", "items", "key", "moved", "include", "a b", "x"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["ltxspec/v1", "RenderSpec", "x", "", "x[1]"]),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=5),
    max_leaves=15,
)


@given(
    st.dictionaries(KEYS, VALUES), st.dictionaries(st.sampled_from(["x", "y", "a.b"]), st.dictionaries(KEYS, VALUES))
)
@settings(max_examples=150)
def test_no_shape_of_a_spec_crashes(top: dict[str, object], shots: dict[str, object]) -> None:
    sound = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "s"}, "shots": shots}
    for text in (json.dumps({**sound, **top}), json.dumps({**top, **sound})):
        spec, problems = parse(text)
        assert spec is not None or problems.errors
        assert all(each.where is not None for each in problems.diagnostics)
