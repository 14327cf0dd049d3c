from typing import Any

import pytest
from unit.render.project import HEAD, SIZE, render

from ltxspec.errors import Location
from ltxspec.render.graph import bad_references, requests_of, sources_first
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference


def spec(shots: str, name: str = "test") -> RenderedSpec:
    text = f"{HEAD.replace('test', name)}{SIZE}shots:\n" + "".join(f"  {line}\n" for line in shots.splitlines())
    found = render(text)
    return RenderedSpec(name, f"specs/{name}.yaml", None, list(found.requests.values()))


def shot(name: str, source: str | None = None, **more: Any) -> str:
    frame = more.pop("frame", "last")
    begins = f', inputs: {{frameImages: [{{shot: "{source}", frame: {frame}}}]}}' if source else ""
    return f"{name}: {{prompt: A shot., duration: 6{begins}}}"


def place(request: Request, _reference: Reference) -> Location:
    return Location(request.file, request.line, 1)


def problems(*specs: RenderedSpec, unread: tuple[str, ...] = ()) -> list[tuple[str, str | None]]:
    found = bad_references({one.name: one for one in specs}, unread, place)
    return [(bad.diagnostic.message, bad.diagnostic.hint) for bad in found]


def test_references_in_the_spec_and_to_another_one_have_targets() -> None:
    day = spec("\n".join([shot("alley"), shot("street", "alley"), shot("door", "night.gate")]), "day")
    assert problems(day, spec(shot("gate"), "night")) == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("aley", ("there is no shot `test.aley`", "did you mean `alley`?")),
        ("nigth.alley", ("there is no spec `nigth`", "did you mean `night`?")),
        ("w", ("`w` has 2 instances: it is not said which is meant", "write `w[1]`")),
        ("w[3]", ("there is no shot `test.w[3]`", "did you mean `w[1]`?")),
        ("w[]", ("`w[]` has 2 instances: it is not said which is meant", "write `w[1]`")),
        ("2", ("there is no shot `test.2`", "did you mean `w[2]`?")),
        ("none", ("there is no shot `test.none`", "for no shot at all, write `null`")),
    ],
)
def test_a_reference_without_a_target(source: str, problem: tuple[str, str]) -> None:
    own = [shot("alley"), "w: {forEach: [{n: 1}, {n: 2}], prompt: 'Step {{ n }}'}", shot("street", source)]
    assert problems(spec("\n".join(own)), spec(shot("gate"), "night")) == [problem]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("night.w", "write `night.w[1]`"), ("night.w[4]", "did you mean `night.w[1]`?"),
        ("night.2", "did you mean `night.w[2]`?"), ("night.gat", "did you mean `night.gate`?"),
    ],
)  # fmt: skip
def test_a_hint_about_another_spec_names_it(source: str, hint: str) -> None:
    night = spec(f"{shot('gate')}\nw: {{forEach: [{{n: 1}}, {{n: 2}}], prompt: 'Step {{{{ n }}}}'}}", "night")
    ((_, given),) = problems(spec(shot("street", source)), night)
    assert given == hint


def test_what_is_in_a_spec_that_cannot_be_read_is_not_reported_again() -> None:
    day = spec(shot("door", "night.gate"), "day")
    assert problems(day, unread=("night",)) == []
    assert problems(day, unread=("",)) == []


def test_a_frame_beyond_the_end() -> None:
    message = "`test.alley` is 6 s long: it has no frame at 6 s"
    hint = "`frame: last` is its last one"
    assert problems(spec(f"{shot('alley')}\n{shot('street', 'alley', frame=6)}")) == [(message, hint)]
    assert problems(spec(f"{shot('alley')}\n{shot('street', 'alley', frame=5.9)}")) == []


def test_a_cycle_names_every_link_and_where_it_is_written() -> None:
    own = [shot("a", "c"), shot("b", "a"), shot("c", "b"), shot("d", "c")]
    ((message, hint),) = problems(spec("\n".join(own)))
    assert message == "these shots follow from each other: `test.a` → `test.c` → `test.b` → `test.a`"
    assert hint is not None
    assert "`test.a` refers to `test.c` at specs/test.yaml:7:1" in hint
    assert hint.count(" refers to ") == 3


def test_each_cycle_is_an_error_of_its_own() -> None:
    own = [shot("a", "b"), shot("b", "a"), shot("c", "d"), shot("d", "c"), shot("e", "e")]
    messages = [message for message, _ in problems(spec("\n".join(own)))]
    assert len(messages) == 3
    assert "`test.e` refers to itself" in messages


def test_sources_come_first() -> None:
    requests = requests_of({"test": spec("\n".join([shot("c", "b"), shot("b", "a"), shot("a"), shot("x")]))})
    assert [address.instance for address in sources_first(requests)] == ["a", "b", "c"]


@pytest.mark.parametrize(("results", "lacks"), [(1, True), (2, True), (3, False)])
def test_a_result_that_the_source_does_not_give(results: int, lacks: bool) -> None:
    source = f"alley: {{prompt: A shot., duration: 6, numberResults: {results}}}"
    link = "street: {prompt: A shot., duration: 6, inputs: {frameImages: [{shot: alley, frame: last, result: 3}]}}"
    found = [message for message, _ in problems(spec(f"{source}\n{link}"))]
    gives = "1 video" if results == 1 else f"{results} videos"
    assert found == ([f"`test.alley` gives {gives}: it has no result 3"] if lacks else [])
    assert problems(spec(f"{source}\n{link.replace('result: 3', 'result: 3, take: 1')}")) == []
