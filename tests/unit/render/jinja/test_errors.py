import pytest
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from ltxspec.render.jinja.access import UnknownName
from ltxspec.render.jinja.budget import TemplateLimit
from ltxspec.render.jinja.errors import explain
from ltxspec.render.jinja.metering import Unsupported
from ltxspec.spec.files import FileProblem

TEXT = "first\nsecond {{ name }}\nthird"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (FileProblem("`x` does not exist"), "template-file", "`x` does not exist"),
        (Unsupported("there is no filter named `x`", 1), "template-unsupported", "there is no filter named `x`"),
        (TemplateSyntaxError("Unexpected 'x'. Perhaps you …", 1), "template-syntax", "unexpected `x`"),
        (UnknownName("`x` is not defined", "x"), "undefined-variable", "`x` is not defined"),
        (UndefinedError("'x' is undefined"), "undefined-variable", "`x` is undefined"),
        (
            SecurityError("`x` is not accessible in templates"),
            "template-security",
            "`x` is not accessible in templates",
        ),
        (TemplateLimit("too much"), "template-limit", "too much"),
        (RecursionError("maximum recursion depth"), "template-limit", "the template is nested too deeply"),
        (SyntaxError("too many statically nested blocks"), "template-limit", "the template is nested too deeply"),
        (MemoryError(), "template-limit", "the template is nested too deeply"),
        (OverflowError("(34, …)"), "template-error", "the template computes a number that is too large"),
        (TypeError("f() takes 2 arguments"), "template-error", "a call in the template takes 2 arguments"),
        (ZeroDivisionError("division by zero"), "template-error", "division by zero"),
        (ValueError(), "template-error", "the template is not valid"),
    ],
)
def test_every_kind_of_error_has_a_code_and_a_sentence(error: Exception, code: str, message: str) -> None:
    problem = explain(error, TEXT, ["name"], {})
    assert (problem.code, problem.message) == (code, message)


def test_the_line_comes_from_the_error_and_the_word_from_its_message() -> None:
    problem = explain(TemplateSyntaxError("unexpected 'name'", 2, "<text>"), TEXT, [], {})
    assert (problem.line, problem.needle, problem.source, problem.file) == (2, "name", "second {{ name }}", None)


def test_without_a_word_the_first_tag_of_the_line_is_shown() -> None:
    assert explain(TemplateSyntaxError("bad", 2), TEXT, [], {}).needle == "{{"
    assert explain(TemplateSyntaxError("bad", 1), TEXT, [], {}).needle is None


def test_an_error_in_another_file_shows_that_file() -> None:
    problem = explain(TemplateSyntaxError("bad", 1, "a.j2"), TEXT, [], {"a.j2": "{% x %}"})
    assert (problem.file, problem.line, problem.source) == ("a.j2", 1, "{% x %}")


def test_a_line_beyond_the_text_does_no_harm() -> None:
    assert explain(TemplateSyntaxError("bad", 99), TEXT, [], {}).source == ""
