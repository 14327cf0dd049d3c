from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.render.project import HEAD, SPEC_FILE, MemoryFiles, catalog, model, read

from ltxspec.fingerprint import fingerprint_of
from ltxspec.render.parameter_sets import ParameterSet, ParameterSets, PlainParameters, merge
from ltxspec.render.request_media import RequestMedia

GOOD = {"width": 1920, "height": 1080, "duration": 8}
IMAGE = {"inputs": {"frameImages": [{"image": "assets/a.jpg", "frame": "first"}]}}


class Remembered(set[str]):
    """What is known good, and how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def __contains__(self, digest: object) -> bool:
        self.asked += 1
        return super().__contains__(digest)


def sets(
    *, files: MemoryFiles | None = None, delivery: dict[str, Any] | None = None, known: Remembered | None = None
) -> ParameterSets:
    return ParameterSets(RequestMedia(SPEC_FILE, files or MemoryFiles()), delivery or {}, known)


def prepare(parameters: dict[str, Any], **options: Any) -> ParameterSet:
    return sets(**options).prepare(model(), parameters)


def test_a_good_set_is_complete() -> None:
    found = prepare(GOOD)
    assert (found.problems, found.body, found.delivery, found.inputs) == ((), {**GOOD, "fps": 25}, {}, {})
    assert str(found.estimate) == "0.48"
    body = {"taskType": "videoInference", "model": model().air, "positivePrompt": "hi", **found.body}
    assert found.fingerprints[0]("hi") == fingerprint_of(model(), body, {})


def test_the_same_parameters_are_prepared_once() -> None:
    prepared = sets()
    assert prepared.prepare(model(), GOOD) is prepared.prepare(model(), dict(GOOD))
    assert prepared.prepare(model(), GOOD) is not prepared.prepare(model(), {**GOOD, "duration": 8.0})


def test_delivery_is_split_off_and_the_spec_wins_over_the_configuration() -> None:
    found = prepare({**GOOD, "ttl": 90}, delivery={"ttl": 60, "webhookURL": "https://a.b/c", "colour": "red"})
    assert found.delivery == {"ttl": 90, "webhookURL": "https://a.b/c"}
    assert "ttl" not in found.body


def test_delivery_is_checked_like_everything_else() -> None:
    assert [problem.path for problem in prepare(GOOD, delivery={"ttl": 5}).problems] == [("ttl",)]


@pytest.mark.parametrize(
    "parameters",
    [
        {**GOOD, "duration": 7},
        {**GOOD, "nope": 1},
        {**GOOD, "duration": float("nan")},
        {**GOOD, "fps": 10**30},
        {"width": 1920},
        {**GOOD, "uploadEndpoint": "https://a.b/c", "numberResults": 2},
    ],
)
def test_a_bad_set_has_problems_and_no_fingerprint(parameters: dict[str, Any]) -> None:
    found = prepare(parameters)
    assert found.problems
    assert found.estimate is None
    assert not found.fingerprints


def test_local_images_are_hashed_once() -> None:
    files = MemoryFiles({"specs/assets/a.jpg": "picture"})
    prepared = sets(files=files)
    found = prepared.prepare(model(), {**GOOD, **IMAGE})
    prepared.prepare(model(), {**GOOD, **IMAGE, "fps": 50})
    assert list(found.inputs) == ["assets/a.jpg"]
    assert found.inputs["assets/a.jpg"].startswith("sha256:")
    assert files.hashed == ["specs/assets/a.jpg"]


def test_a_missing_image_is_a_problem_of_its_parameter() -> None:
    (problem,) = prepare({**GOOD, **IMAGE}).problems
    assert (problem.code, problem.path) == ("file", ("inputs", "frameImages", 0, "image"))
    assert problem.message == "`assets/a.jpg` does not exist"


@pytest.mark.parametrize(
    "image", ["https://a.b/c.jpg", "data:image/png;base64,AAAA", "aac49721-1964-481a-ae78-8a4e29b91402"]
)
def test_images_elsewhere_are_no_inputs(image: str) -> None:
    found = prepare({**GOOD, "inputs": {"frameImages": [image]}})
    assert (found.problems, found.inputs) == ((), {})


def test_what_was_good_is_remembered_and_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Remembered()
    prepare(GOOD, known=known)
    assert (len(known), known.asked) == (1, 1)
    prepare({**GOOD, "duration": 7}, known=known)
    assert len(known) == 1
    # A second run must not even need the schema library.
    monkeypatch.setitem(__import__("sys").modules, "jsonschema", None)
    from ltxspec.catalog import validation

    validation._validator.cache_clear()
    assert prepare(GOOD, known=known).problems == ()
    with pytest.raises(ImportError):
        prepare({**GOOD, "duration": 10}, known=known)


def test_numbers_written_in_another_way_are_remembered_as_the_same() -> None:
    known = Remembered()
    prepare(GOOD, known=known)
    prepare({**GOOD, "duration": 8.0}, known=known)
    assert len(known) == 1


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(0, 3), st.text("ab", max_size=1)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=6,
)
MAPPINGS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("defaults", "changes", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": {"x": 1}}, {"a": {"x": None}}, {"a": {}}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": None}, {}, {}),
        ({}, {"a": {"x": None, "y": {"z": None}}}, {"a": {"y": {}}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": [None]}, {}, {"a": [None]}),
    ],
)
def test_shots_change_defaults(defaults: Any, changes: Any, merged: Any) -> None:
    assert merge(defaults, changes) == merged


def test_keys_keep_the_order_in_which_they_are_first_written() -> None:
    assert list(merge({"b": 1, "a": 1}, {"c": 1, "a": 2, "d": 1})) == ["b", "a", "c", "d"]


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(item is None or has_null(item) for item in value.values())
    return False


@given(MAPPINGS, MAPPINGS)
def test_no_null_is_left_and_nothing_is_mutated(defaults: dict[str, Any], changes: dict[str, Any]) -> None:
    before = repr((defaults, changes))
    assert not has_null(merge(defaults, changes))
    assert repr((defaults, changes)) == before


@given(MAPPINGS)
def test_merging_with_nothing_changes_nothing(values: dict[str, Any]) -> None:
    once = merge({}, values)
    assert (merge(values, {}), merge(once, {}), merge(once, once)) == (once, once, once)


NAMES = st.sampled_from(["alley", "night.tower", "weather[rain]", 'a"b', "a\\b", "é", " alley ", "a b", "", None, 5])
SHAPES = st.fixed_dictionaries(
    {"frame": st.sampled_from(["first", "last", 1.5, "shot", {"shot": "alley"}])},
    optional={"take": st.sampled_from([1, 2, None]), "result": st.just(2), "colour": st.just("red")},
)


@st.composite
def alike(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The parameters of shots of which most differ in nothing but the names of their sources."""
    links = []
    for shape in draw(st.lists(SHAPES, min_size=1, max_size=2)):
        for names in draw(st.lists(st.lists(NAMES, min_size=1, max_size=2), min_size=1, max_size=4)):
            ends = zip(names, ("first", "last"), strict=False)
            images = [{"image": {"shot": name, **shape}, "frame": end} for name, end in ends]
            more = draw(st.sampled_from([{}, {}, {"settings": {"shot": "alley"}}]))
            links.append({**GOOD, "inputs": {"frameImages": images}, **more})
    return links


def plain(links: list[dict[str, Any]]) -> list[Any]:
    """What shots of one spec with these parameters are sent with, as far as it can be compared."""
    spec = read(f"{HEAD}shots: {{one: {{prompt: hi}}}}\n")
    prepared = ParameterSets(RequestMedia(SPEC_FILE, MemoryFiles()), {}, None, spec=spec.name)
    parameters = PlainParameters(spec, catalog(), prepared)
    found = [parameters.of(replace(spec.shots["one"], parameters=link)) for link in links]
    return [None if one is None else (one._replace(fingerprints=()), identified(one)) for one in found]


def identified(one: ParameterSet) -> list[str]:
    """The fingerprints of a set, with the names of its sources as their contents."""
    return [mark("hi", *(reference.name for reference in one.references)) for mark in one.fingerprints]


@given(alike())
def test_links_of_a_chain_are_what_each_is_by_itself(links: list[dict[str, Any]]) -> None:
    assert plain(links) == [found for link in links for found in plain([link])]


@pytest.mark.parametrize("image", ["shot: a", "shot:a", "shot:e.a#last", 'shot:"a"'])
def test_a_text_that_looks_like_a_reference_is_a_problem(image: str) -> None:
    (problem,) = prepare({**GOOD, "inputs": {"frameImages": [{"image": image, "frame": "first"}]}}).problems
    assert problem.message.endswith("is not the name of a file")
