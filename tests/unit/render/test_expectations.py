from dataclasses import replace

import pytest
from unit.render.project import SIZE, render

from ltxspec.render.expectations import NONE, Expectations, contradictions

ALL = (
    "{duration: 8, tolerance: 0.2, fps: 25, size: 1920x1080, audio: true, maxBlackSeconds: 1, maxFrozenSeconds: 2,"
    " maxSilenceSeconds: 3, loudness: {min: -30, max: -9}}"
)

WHOLE = Expectations(
    duration=8,
    tolerance=0.2,
    fps=25,
    size=(1920, 1080),
    audio=True,
    max_black=1,
    max_frozen=2,
    max_silence=3,
    min_loudness=-30,
    max_loudness=-9,
)


def test_without_expect_nothing_is_expected() -> None:
    assert render(f"{SIZE}shots: {{a: {{prompt: hi}}}}\n").requests["a"].expect is NONE


def test_every_key_is_read() -> None:
    found = render(f"{SIZE}shots: {{a: {{prompt: hi, expect: {ALL}}}}}\n").requests["a"].expect
    assert found == WHOLE


def test_a_shot_stands_over_its_spec_and_null_removes() -> None:
    shots = "{a: {prompt: hi}, b: {prompt: hi, expect: {fps: 50, audio: null, loudness: {max: -12}}}}"
    found = render(f"{SIZE}expect: {ALL}\nshots: {shots}\n").requests
    assert found["a"].expect == WHOLE
    assert found["b"].expect == replace(WHOLE, fps=50, audio=None, max_loudness=-12)


def test_templates_are_rendered_and_the_text_of_tables_is_converted() -> None:
    rows = "forEach: [{k: x, n: '7.5', a: 'false'}], prompt: hi"
    expect = "expect: {duration: '{{ n }}', audio: '{{ a }}', size: '{{ 1920 }}x{{ 1080 }}'}"
    found = render(f"{SIZE}{expect}\nshots: {{a: {{{rows}}}}}\n").requests["a[x]"].expect
    assert found == Expectations(duration=7.5, audio=False, size=(1920, 1080))


def test_they_never_change_what_is_bought() -> None:
    plain = render(f"{SIZE}shots: {{a: {{prompt: hi}}}}\n").requests["a"]
    strict = render(f"{SIZE}expect: {ALL}\nshots: {{a: {{prompt: hi}}}}\n").requests["a"]
    assert (plain.fingerprint, plain.body) == (strict.fingerprint, strict.body)


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("duration: ^0", "`expect.duration` must be a number greater than 0, not `0`"),
        ("fps: ^'25'", "`expect.fps` must be a number greater than 0, not `25`"),
        ("tolerance: ^-1", "`expect.tolerance` must be a number of at least 0, not `-1`"),
        ("size: ^big", "`expect.size` must be a width and a height, such as 1920x1080, not `big`"),
        ("audio: ^1", "`expect.audio` must be true or false, not `1`"),
        ("maxBlackSeconds: ^true", "`expect.maxBlackSeconds` must be a number of at least 0, not `true`"),
        ("maxFrozenSeconds: ^[1]", "`expect.maxFrozenSeconds` must be a number of at least 0, not a list"),
        ("loudness: {min: ^loud}", "`expect.loudness.min` must be a number, not `loud`"),
        ("loudness: ^{min: 1, max: 0}", "`expect.loudness` allows nothing: `min` is greater than `max`"),
        ("duration: '{{ ^nope }}'", "`nope` is not defined"),
    ],
)
@pytest.mark.parametrize("form", ["  a: {{prompt: hi, expect: {{{}}}}}", "  a: {{prompt: hi}}\nexpect: {{{}}}"])
def test_a_wrong_value_is_reported_at_its_place(form: str, expect: str, message: str) -> None:
    text = form.format(expect)
    outcome = render(f"{SIZE}shots:\n{text.replace('^', '')}\n")
    line = text.splitlines()[-1]
    assert outcome.rendered is None
    assert outcome.problem.message == message
    assert outcome.places == [f"specs/test.yaml:{6 + len(text.splitlines())}:{line.index('^') + 1}"]


def test_a_value_is_blamed_where_it_is_written() -> None:
    outcome = render(f"{SIZE}expect: {{fps: 25}}\nshots:\n  a: {{prompt: hi, expect: {{duration: -1}}}}\n")
    assert outcome.places == ["specs/test.yaml:8:38"]


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (Expectations(duration=8), "8 s are expected, and 6 s are ordered"),
        (Expectations(duration=6.1), None),
        (Expectations(duration=6.5, tolerance=0.5), None),
        (Expectations(fps=24), "24 frames per second are expected, and 25 are ordered"),
        (Expectations(fps=25), None),
        (Expectations(size=(1080, 1920)), "1080×1920 are expected, and 1920×1080 are ordered"),
        (Expectations(size=(1920, 1080), audio=True, max_black=0), None),
    ],
)
def test_what_is_ordered_cannot_be_what_is_expected(expected: Expectations, message: str | None) -> None:
    ordered = {"width": 1920, "height": 1080, "duration": 6, "fps": 25}
    assert [text for _, text in contradictions(expected, ordered)] == ([message] if message else [])
    assert list(contradictions(expected, {"positivePrompt": "hi"})) == []


def test_a_contradiction_is_a_warning_where_it_is_written() -> None:
    found = render(
        f"{SIZE}expect: {{duration: 8}}\nshots: {{a: {{prompt: hi, duration: 6}}, b: {{prompt: hi, duration: 6}}}}\n"
    )
    assert list(found.requests) == ["a", "b"]
    assert (found.problem.severity, found.problem.code) == ("warning", "unlikely-expectation")
    assert str(found.problem.where) == "specs/test.yaml:6:20"
