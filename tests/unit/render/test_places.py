import pytest
from unit.render.project import HEAD, SPEC_FILE, read

from ltxspec.render.places import Places
from ltxspec.render.template_problem import TemplateProblem

TEXT = (
    HEAD
    + """\
defaults:
  width: 1920
  providerSettings: {lightricks: {generateAudio: true}}
shots:
  block:
    prompt: |
      first line
        second {{ word }}
  folded:
    prompt: >-
      first line
      goes on {{ word }}
  quoted:
    prompt: "say \\"x\\" {{ word }}"
  flow: {prompt: "a {{ word }}, {{ word }}", providerSettings: {lightricks: {other: 1}}, width: 3840}
  several:
    prompt: "first
      second {{ word }}"
"""
)
SPEC = read(TEXT)
PLACES = Places(SPEC)


def line_of(part: str) -> int:
    return next(number for number, line in enumerate(TEXT.split("\n"), start=1) if part in line)


@pytest.mark.parametrize(
    ("shot", "path", "written"),
    [
        ("flow", ("width",), ("shots", "flow", "width")),
        ("block", ("width",), ("defaults", "width")),
        (
            "flow",
            ("providerSettings", "lightricks", "other"),
            ("shots", "flow", "providerSettings", "lightricks", "other"),
        ),
        (
            "flow",
            ("providerSettings", "lightricks", "generateAudio"),
            ("defaults", "providerSettings", "lightricks", "generateAudio"),
        ),
        ("flow", ("providerSettings", "lightricks", "no"), ("shots", "flow", "providerSettings", "lightricks")),
        ("block", ("height",), ("shots", "block")),
    ],
)
def test_parameters_are_found_where_they_are_written(
    shot: str, path: tuple[str, ...], written: tuple[str, ...]
) -> None:
    assert PLACES.path_of(SPEC.shots[shot], path) == written


def test_keys_and_values_have_places() -> None:
    assert str(PLACES.key(("defaults", "width"))) == f"{SPEC_FILE}:{line_of('width: 1920')}:3"
    assert str(PLACES.value(("defaults", "width"))) == f"{SPEC_FILE}:{line_of('width: 1920')}:10"


@pytest.mark.parametrize(
    ("shot", "line", "source", "part"),
    [
        ("block", 2, "  second {{ word }}", "  second {{ word"),
        ("folded", 1, "first line goes on {{ word }}", "goes on {{ word"),
        ("quoted", 1, 'say "x" {{ word }}', 'say \\"x'),
        ("several", 1, "first second {{ word }}", 'second {{ word }}"'),
    ],
)
def test_words_of_templates_are_found_in_every_style_of_yaml(shot: str, line: int, source: str, part: str) -> None:
    problem = TemplateProblem("c", "m", line, "word", source=source)
    where = PLACES.template(("shots", shot, "prompt"), problem)
    excerpt = TEXT.split("\n")[line_of(part) - 1]
    assert (where.line, where.excerpt, where.column) == (line_of(part), excerpt, excerpt.index("word") + 1)


def test_the_search_begins_at_the_value_not_at_the_line() -> None:
    problem = TemplateProblem("c", "m", 1, "width", source="no such text")
    where = PLACES.template(("shots", "flow", "prompt"), problem)
    assert where.column == where.excerpt.rindex("width") + 1


def test_a_word_that_cannot_be_found_gives_the_beginning_of_the_value() -> None:
    where = PLACES.template(("shots", "block", "prompt"), TemplateProblem("c", "m", 99, "nowhere"))
    assert (where.line, where.column) == (line_of("prompt: |"), 13)


def test_problems_of_files_are_placed_in_them() -> None:
    problem = TemplateProblem("c", "m", 7, "word", source="a {{ word }}\x1b")
    where = PLACES.template((), problem, "prompts/a.j2")
    assert (str(where), where.excerpt) == ("prompts/a.j2:7:6", "a {{ word }}\ufffd")
    included = TemplateProblem("c", "m", 7, None, file="inc.j2", source="   x")
    assert str(PLACES.template((), included, "prompts/a.j2")) == "inc.j2:7:4"


def test_long_lines_are_cut_or_left_out() -> None:
    near = TemplateProblem("c", "m", 1, "word", source="word" + "x" * 500)
    far = TemplateProblem("c", "m", 1, "word", source="x" * 500 + "word")
    assert len(PLACES.template((), near, "a").excerpt) == 241
    assert (PLACES.template((), far, "a").excerpt, PLACES.template((), far, "a").column) == ("", 501)
