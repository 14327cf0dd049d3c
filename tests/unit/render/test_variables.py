from typing import Any

import pytest
from unit.render.project import HEAD, Bench, read

from ltxspec.render.variables import Variables, instance_variables, spec_variables
from ltxspec.spec.models import Instance

SPEC = read(
    HEAD
    + """\
vars:
  city: Rome
  line: "{{ city }} at night"
  deep: {a: ["{{ line }}!"]}
  seconds: 8
  ratio: 0.5
  night: true
  nothing: null
shots:
  s:
    prompt: x
    vars:
      mood: "{{ sky }} over {{ city }}"
      sky: hidden
      line: "{{ mood }}, {{ line }}"
"""
)


@pytest.fixture
def bench() -> Bench:
    return Bench(SPEC)


def variables(bench: Bench, overrides: dict[str, Any] | None = None) -> Variables:
    return spec_variables(SPEC, overrides or {}, bench.texts, bench.findings)


def test_texts_may_use_what_stands_before_them(bench: Bench) -> None:
    found = variables(bench)
    assert (found.values["line"], found.values["deep"]) == ("Rome at night", {"a": ["Rome at night!"]})
    assert bench.diagnostics == []


def test_later_variables_see_an_override(bench: Bench) -> None:
    assert variables(bench, {"city": "Oslo"}).values["line"] == "Oslo at night"


def test_the_rows_own_win_over_the_shots_which_win_over_the_specs(bench: Bench) -> None:
    shot = SPEC.shots["s"]
    found = instance_variables(Instance(shot, "s[x]", {"sky": "{{ rain }}"}), variables(bench), bench.texts)
    assert found.broken == frozenset()
    assert found.values["sky"] == "{{ rain }}"  # rows are data
    assert found.values["mood"] == "{{ rain }} over Rome"
    assert found.values["line"] == "{{ rain }} over Rome, Rome at night"
    assert bench.diagnostics == []


def test_a_text_of_a_shot_cannot_use_a_later_one(bench: Bench) -> None:
    found = instance_variables(Instance(SPEC.shots["s"], "s", {}), variables(bench), bench.texts)
    assert [problem.message for problem in bench.diagnostics] == ["`sky` is not defined"]
    assert found.broken == {"mood", "line"}  # the second only follows, and is not reported
    assert "mood" not in found.values


def test_a_broken_variable_of_the_spec_is_reported_once() -> None:
    spec = read(HEAD + "vars: {a: '{{ nope }}', b: '{{ a }}'}\nshots: {s: {prompt: '{{ b }} {{ a }}'}}\n")
    bench = Bench(spec)
    found = spec_variables(spec, {}, bench.texts, bench.findings)
    assert found == Variables({}, frozenset({"a", "b"}))
    assert len(bench.diagnostics) == 1


def test_a_shot_may_mend_what_the_spec_broke() -> None:
    spec = read(HEAD + "vars: {a: '{{ nope }}'}\nshots: {s: {prompt: x, vars: {a: fine}}}\n")
    bench = Bench(spec)
    inherited = spec_variables(spec, {}, bench.texts, bench.findings)
    assert instance_variables(Instance(spec.shots["s"], "s", {}), inherited, bench.texts) == Variables({"a": "fine"})
