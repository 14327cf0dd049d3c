from typing import Any

import pytest
from unit.render.project import HEAD, PRO, SIZE, model, render

from ltxspec.render.references import EXTRACTIONS, Reference, is_reference_name, read_name, take_out
from ltxspec.values import Fingerprint, Moment, ShotAddress


def taken(parameters: dict[str, Any], name: str = PRO) -> Any:
    return take_out(model(name), parameters, "test")


def frames(*items: Any) -> dict[str, Any]:
    return {"inputs": {"frameImages": list(items)}}


ALLEY = {"shot": "alley", "frame": "last"}


@pytest.mark.parametrize(
    ("given", "reference"),
    [
        (ALLEY, Reference(ShotAddress("test", "alley"), "last")),
        ({"shot": "test.alley", "frame": "first"}, Reference(ShotAddress("test", "alley"), "first")),
        ({"shot": "w[rain,dusk]", "frame": 3.5}, Reference(ShotAddress("test", "w[rain,dusk]"), 3.5)),
        ({"shot": "day.w/rain", "frame": "3.5"}, Reference(ShotAddress("day", "w[rain]"), 3.5)),
        (
            {"shot": "day.w[a.b]", "frame": "last", "take": 2, "result": "3"},
            Reference(ShotAddress("day", "w[a.b]"), "last", 2, 3),
        ),
        ({"shot": "alley", "frame": 0, "take": "current"}, Reference(ShotAddress("test", "alley"), 0.0)),
    ],
)
@pytest.mark.parametrize("is_short", [True, False])
def test_a_frame_of_another_shot(given: dict[str, Any], reference: Reference, is_short: bool) -> None:
    found = taken(frames(given if is_short else {"image": given, "frame": "first"}))
    (one,) = found.references
    assert (one.source, one.at, one.take, one.result) == (
        reference.source, reference.at, reference.take, reference.result,
    )  # fmt: skip
    assert one.path == (("inputs", "frameImages", 0) if is_short else ("inputs", "frameImages", 0, "image"))
    assert not found.problems


def test_shots_with_other_sources_have_the_same_parameters_without_them() -> None:
    first, second = taken(frames(ALLEY)), taken(frames({"shot": "street", "frame": "first"}))
    assert first.parameters == second.parameters
    assert first.references != second.references


def test_names_say_what_is_meant_and_are_no_files_of_anyone() -> None:
    reference = Reference(ShotAddress("day", "w[rain]"), 3.5, take=2, result=1)
    assert reference.name == "shot:day.w[rain]?take=2&result=1#3.5"
    assert is_reference_name(reference.name)
    (problem,) = taken(frames(reference.name)).problems
    assert problem.message == "`shot:day.w[rain]?take=2&result=1#3.5` is not the name of a file"


def test_the_content_is_the_source_the_frame_and_the_version_of_the_extraction() -> None:
    assert Reference(ShotAddress("day", "a"), "last").content("ab" * 32) == f"sha256:{'ab' * 32}/frame-1/last"
    assert Reference(ShotAddress("day", "a"), 2).content("ab" * 32, 7) == f"sha256:{'ab' * 32}/frame-7/2.0"
    assert Reference(ShotAddress("day", "a"), None).content("ab" * 32) == f"sha256:{'ab' * 32}"


@pytest.mark.parametrize("nothing", [None, ""])
def test_the_first_of_a_chain_has_no_source(nothing: Any) -> None:
    given = {"shot": nothing, "frame": "last"}
    assert taken({"width": 8, **frames({"image": given, "frame": "first"})}).parameters == {"width": 8}
    assert taken({"width": 8, **frames(given)}).parameters == {"width": 8}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shot": 3, "frame": "last"}, "`shot` is the name of a shot, not `3`"),
        ({"shot": "alley"}, "it is not said which frame of the shot is meant"),
        ({"shot": "alley", "frame": "middle"}, "there is no frame `middle`"),
        ({"shot": "alley", "frame": -1}, "there is no frame `-1`"),
        ({"shot": "alley", "frame": True}, "there is no frame `True`"),
        ({**ALLEY, "take": 0}, "there is no take `0`"),
        ({**ALLEY, "take": 1.5}, "there is no take `1.5`"),
        ({**ALLEY, "result": "x"}, "there is no result `x`"),
        ({**ALLEY, "tke": 1}, "a reference to a shot has no `tke`"),
    ],
)
def test_what_is_no_reference(given: dict[str, Any], message: str) -> None:
    found = taken(frames({"image": given, "frame": "first"}))
    assert [problem.message for problem in found.problems] == [message]
    assert all(problem.hint for problem in found.problems)


def test_sound_cannot_be_taken_from_a_shot() -> None:
    (problem,) = taken({"inputs": {"audio": ALLEY}}, "lightricks-ltx-2-5-fast").problems
    assert problem.message == "`inputs.audio` takes sound, which cannot be taken from another shot"


def test_a_mapping_in_another_place_is_left_to_the_schema() -> None:
    assert taken({"duration": ALLEY}).parameters == {"duration": ALLEY}


CHAIN = f"""{HEAD}{SIZE}shots:
  alley: {{prompt: An alley., duration: 6}}
  street:
    prompt: A street.
    inputs: {{frameImages: [{{image: {{shot: alley, frame: last}}, frame: first}}]}}
"""


def test_a_request_is_known_once_its_source_is() -> None:
    street = render(CHAIN).requests["street"]
    assert street.fingerprint is None
    assert street.after == (ShotAddress("test", "alley"),)
    assert street.body["inputs"] == {"frameImages": [{"image": "shot:test.alley#last", "frame": "first"}]}
    assert street.estimate is not None
    known = street.beginning_with(["ab" * 32])
    assert known.inputs == {"shot:test.alley#last": f"sha256:{'ab' * 32}/frame-1/last"}
    assert known.fingerprint not in {None, street.draft, street.beginning_with(["cd" * 32]).fingerprint}


def test_the_name_of_a_source_does_not_count_its_content_does() -> None:
    renamed = render(CHAIN.replace("alley", "lane").replace("An lane", "An alley")).requests["street"]
    assert renamed.beginning_with(["ab" * 32]).fingerprint == known_street().fingerprint
    assert renamed.draft != render(CHAIN).requests["street"].draft
    first = render(CHAIN.replace("frame: last", "frame: first")).requests["street"]
    assert first.beginning_with(["ab" * 32]).fingerprint != known_street().fingerprint


def known_street() -> Any:
    return render(CHAIN).requests["street"].beginning_with(["ab" * 32])


def test_a_take_of_an_earlier_extraction_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    before: Fingerprint = known_street().fingerprint
    monkeypatch.setattr("ltxspec.render.models.EXTRACTIONS", (2, *EXTRACTIONS))
    after = known_street()
    assert after.fingerprint != before
    assert before in after.versions


def test_each_row_of_a_table_follows_from_the_one_before() -> None:
    spec = f"""{HEAD}{SIZE}shots:
  walk:
    forEach: {{items: [{{n: 1}}, {{n: 2}}, {{n: 3}}], key: n}}
    prompt: Step {{{{ n }}}}.
    inputs:
      frameImages:
        - {{image: {{shot: "{{{{ 'walk[' ~ (n - 1) ~ ']' if n > 1 else none }}}}", frame: last}}, frame: first}}
"""
    requests = render(spec).requests
    assert {key: [str(one) for one in request.after] for key, request in requests.items()} == {
        "walk[1]": [], "walk[2]": ["test.walk[1]"], "walk[3]": ["test.walk[2]"],
    }  # fmt: skip
    assert "inputs" not in requests["walk[1]"].body


@pytest.mark.parametrize("at", ["first", "last", 3.5, 0.0, None])
@pytest.mark.parametrize("instance", ["alley", "weather[rain,dusk]", "row[a?take=2#last]", "row[x.y]"])
@pytest.mark.parametrize(("take", "result"), [(None, None), (2, None), (None, 3), (2, 3)])
def test_a_name_reads_as_the_reference_that_has_it(
    at: Moment | None, instance: str, take: int | None, result: int | None
) -> None:
    reference = Reference(ShotAddress("film", instance), at, take, result)
    assert read_name(reference.name) == reference


@pytest.mark.parametrize("name", ["alley.jpg", "shot:", "shot:alley#last", "shot:film.a#", "shot:film.a?take=01#last"])
def test_what_no_reference_is_called_is_none(name: str) -> None:
    found = read_name(name)
    assert found is None or found.name == name
