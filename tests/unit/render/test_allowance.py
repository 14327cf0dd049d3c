"""One spec has one budget: of work, of text, of instances."""

from typing import Any

import pytest
from unit.catalog.test_patterns import with_mood
from unit.render.project import MemoryFiles, render

from ltxspec.render import allowance
from ltxspec.render.allowance import MAX_CHARACTERS, MAX_STEPS, Allowance, SpecLimit
from ltxspec.render.parameter_sets import ParameterSets
from ltxspec.render.request_media import RequestMedia
from ltxspec.render.templating import Templates

AXES = "matrix: {a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], b: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}"
BUSY = "{% for i in range(700) %}{% for j in range(300) %}{% endfor %}{% endfor %} {{ a }} {{ b }}"
ORDINARY = (
    "{% for one in cast %}{{ one.name }}, {{ one.look }}; {% endfor %}{{ ('noir' if rain else 'bright')|upper }}. "
    + "The camera holds; a tram passes. " * 18
)


def limits(monkeypatch: pytest.MonkeyPatch, **most: int) -> None:
    for name, value in most.items():
        monkeypatch.setattr(allowance, name, value)


def shot(prompt: str, *more: str) -> str:
    lines = "".join(f"    {line}\n" for line in (f'prompt: "{prompt}"', AXES, *more))
    return f"defaults: {{width: 1920, height: 1080}}\nshots:\n  many:\n{lines}"


def only(text: str) -> Any:
    (found,) = render(text).diagnostics
    return found


def test_a_matrix_of_busy_templates_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, MAX_STEPS=3_000_000)
    found = only(shot(BUSY))
    assert found.code == "spec-limit"
    assert (
        found.message
        == "`test` is too large for one spec: all templates together need more than 3,000,000 steps of work"
    )
    assert found.where.line == 3


@pytest.mark.parametrize(
    "text",
    [
        shot("{{ 'x' * 9000 }}{{ a }}{{ b }}"),
        shot("x" * 9000),
        shot("{{ a }}{{ b }}" + "x" * 9000),
        "vars: {long: '{{ range(900)|list }}'}\n"
        + shot("x", "seed: '{{ a * 10 + b + 1 }}'", "vars: {x: '{{ long }}'}"),
    ],
)
def test_a_matrix_of_long_texts_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    limits(monkeypatch, MAX_CHARACTERS=200_000)
    found = only(text)
    assert (found.code, "200,000 characters" in found.message) == ("spec-limit", True)


def test_many_shots_with_a_matrix_each_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, MAX_INSTANCES=150)
    other = f"  more:\n    prompt: more\n    {AXES}\n"
    assert "more than 150 instances" in only(shot("{{ a }}{{ b }}") + other).message
    assert render(shot("{{ a }}{{ b }}")).diagnostics == []


def test_a_template_that_cannot_be_compiled_costs_work_for_every_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, MAX_STEPS=100_000)
    assert only(shot("{{ a }}" * 60 + "{% nothing %}")).code == "spec-limit"


@pytest.mark.parametrize("asserted", ["1 == 1", "1 == 2", "missing"])
def test_many_small_checks_of_many_shots_are_refused(monkeypatch: pytest.MonkeyPatch, asserted: str) -> None:
    """The smallest expression takes as long as many steps inside of one, and one that fails is put into words."""
    checks = "checks:\n" + "".join(f"  - assert: '{asserted}'\n" for _ in range(30))
    limits(monkeypatch, MAX_STEPS=120_000)
    assert only(checks + shot("{{ a }}{{ b }}")).code == "spec-limit"


def test_ten_thousand_ordinary_shots_take_a_twentieth_at_most() -> None:
    whole = Allowance()
    templates = Templates(MemoryFiles(), whole)
    cast = [{"name": f"Nora {number}", "look": "a long coat and a grey hat"} for number in range(5)]
    for number in range(100):
        templates.render(ORDINARY, {"cast": cast, "rain": True, "number": number}, beside=())
        templates.holds("duration <= 8 and 'tram' in prompt", {"duration": 5, "prompt": ORDINARY}, beside=())
    assert (MAX_STEPS - whole.steps) * 100 * 20 < MAX_STEPS
    assert (MAX_CHARACTERS - whole.characters) * 100 * 20 < MAX_CHARACTERS


def test_a_model_file_that_checks_each_item_again_and_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, MAX_STEPS=100_000)
    sets = ParameterSets(RequestMedia("specs/test.yaml", MemoryFiles()), {}, None, Allowance())
    model = with_mood({"type": "array", "items": {"allOf": [{"type": "integer"}] * 100}})
    with pytest.raises(SpecLimit):
        sets.prepare(model, {"width": 1920, "height": 1080, "mood": [1] * 100})


def test_a_list_of_lists_of_one_list_is_not_walked_to_its_end() -> None:
    value: list[Any] = [1]
    for _ in range(60):
        value = [value, value]
    with pytest.raises(SpecLimit):
        Allowance().keep(value)
