import pytest
from unit.render.project import SIZE, SPEC_FILE, render

FAST25 = "lightricks:ltx@2.5-fast"


@pytest.mark.parametrize(
    ("shot", "name", "hint"),
    [
        ("prompt: hi, ^typo: null", "typo", "allowed here"),
        ("prompt: hi, ^typo: ", "typo", "allowed here"),
        ("prompt: 'A boat', ^storm", "storm", "allowed here"),
        ("prompt: hi, ^durration: ", "durration", "did you mean `duration`?"),
        ("prompt: 'hi {{ 1 }}', fps: '{{ 25 }}', ^typo: null", "typo", "allowed here"),
        (
            "prompt: hi, providerSettings: {lightricks: {^genAudio: }}",
            "providerSettings.lightricks.genAudio",
            "allowed here",
        ),
        ("prompt: hi, providerSettings: {^acme: }", "providerSettings.acme", "allowed here"),
    ],
)
def test_a_null_of_no_parameter_is_an_error_where_it_stands(shot: str, name: str, hint: str) -> None:
    text = f"{SIZE}shots:\n  a: {{{shot}}}\n"
    column = text.split("\n")[-2].index("^") + 1
    problem = render(text.replace("^", "")).problem
    assert (problem.code, str(problem.where)) == ("unknown-parameter", f"{SPEC_FILE}:7:{column}")
    assert problem.message == f"`{name}` is not a parameter of `LTX-2 Pro`, and has no value"
    assert (problem.hint or "").startswith(hint)


def test_in_defaults_it_is_said_once() -> None:
    text = "defaults: {width: 1920, height: 1080, typo: }\nshots: {a: {prompt: hi}, b: {prompt: ho}}\n"
    problem = render(text).problem
    assert (problem.code, str(problem.where)) == ("unknown-parameter", f"{SPEC_FILE}:5:39")


@pytest.mark.parametrize(
    ("defaults", "shot"),
    [
        ("fps: 25", "fps: null"),
        ("fps: 25", "seed: null"),
        ("fps: null", "prompt: ho"),
        ("fps: 25", "providerSettings: null"),
        ("fps: 25", "providerSettings: {lightricks: {generateAudio: null}}"),
        ("fps: 25", "ttl: null"),
        ("fps: 25", "settings: null"),  # what another model takes: a shot of several models may say so
    ],
)
def test_a_null_of_a_parameter_is_read_whether_it_removes_something_or_not(defaults: str, shot: str) -> None:
    shot = shot if "prompt" in shot else f"prompt: hi, {shot}"
    text = f"defaults: {{width: 1920, height: 1080, {defaults}}}\nshots: {{a: {{{shot}}}}}\n"
    assert render(text).diagnostics == []


def test_what_only_the_other_models_of_a_spec_take_is_taken_away() -> None:
    text = (
        "defaults: {width: 1920, height: 1080, providerSettings: {lightricks: {generateAudio: true}}}\n"
        f"shots:\n  a: {{prompt: hi}}\n  b: {{prompt: hi, model: {FAST25}, duration: 6, providerSettings: null}}\n"
    )
    assert render(text).diagnostics == []
