import pytest
from unit.render.project import HEAD, SIZE, render

ROWS = "forEach: [{k: x, mood: calm, n: 1}, {k: y, mood: wild, n: 2}], prompt: hi"
METADATA = "{name: test, title: 'In {{ city }}', labels: {place: '{{ city }}', of: '{{ k }}'}}"
SHOT = f"{{title: ' {{{{ mood|title }}}} ', labels: {{mood: '{{{{ mood }}}}', n: '{{{{ n }}}}', year: 2026}}, {ROWS}}}"


def test_titles_and_labels_are_rendered_for_each_instance() -> None:
    outcome = render(f"{HEAD.replace('{name: test}', METADATA)}{SIZE}vars: {{city: Rome}}\nshots: {{a: {SHOT}}}\n")
    assert outcome.diagnostics == []
    assert outcome.rendered is not None
    assert outcome.rendered.title == "In Rome"
    found = {key: (request.title, request.labels) for key, request in outcome.requests.items()}
    assert found == {
        "a[x]": ("Calm", {"place": "Rome", "of": "x", "mood": "calm", "n": "1", "year": "2026"}),
        "a[y]": ("Wild", {"place": "Rome", "of": "y", "mood": "wild", "n": "2", "year": "2026"}),
    }


def test_they_never_change_what_is_bought() -> None:
    plain = render(f"{SIZE}shots: {{a: {{{ROWS}}}}}\n").requests.values()
    named = render(f"{SIZE}shots: {{a: {SHOT}}}\n").requests.values()
    assert [request.fingerprint for request in plain] == [request.fingerprint for request in named]
    assert [request.body for request in plain] == [request.body for request in named]


@pytest.mark.parametrize(
    ("shot", "name"),
    [("title: '{{ ^nope }}'", "nope"), ("labels: {m: '{{ ^nope }}'}", "nope"), ("labels: {m: '{{ ^gone }}'}", "gone")],
)
def test_what_is_wrong_in_them_is_reported_at_its_place(shot: str, name: str) -> None:
    line = f"  a: {{prompt: hi, {shot}}}"
    outcome = render(f"{SIZE}shots:\n{line.replace('^', '')}\n")
    assert outcome.rendered is None
    assert outcome.problem.message == f"`{name}` is not defined"
    assert outcome.places == [f"specs/test.yaml:7:{line.index('^') + 1}"]


def test_a_wrong_title_of_the_spec_is_reported() -> None:
    head = HEAD.replace("{name: test}", "{name: test, title: '{{ nope }}'}")
    assert render(f"{head}{SIZE}shots: {{a: {{prompt: hi}}}}\n").codes == ["undefined-variable"]
