from unit.render.project import HEAD, SIZE, read
from unit.render.test_graph import shot, spec

from ltxspec.errors import Problems
from ltxspec.project.references import refuse_bad_references
from ltxspec.render.concern import Concern
from ltxspec.render.models import RenderedSpec
from ltxspec.spec.models import Spec


def loaded(shots: str) -> tuple[dict[str, RenderedSpec], dict[str, Spec]]:
    text = f"{HEAD}{SIZE}shots:\n" + "".join(f"  {line}\n" for line in shots.splitlines())
    return {"test": spec(shots)}, {"test": read(text)}


SHOTS = "\n".join([shot("alley"), shot("street", "aley"), shot("door", "street"), shot("fog")])


def test_an_error_is_where_the_reference_is_written() -> None:
    rendered, parsed = loaded(SHOTS)
    broken: dict[str, str] = {}
    problems = Problems()
    refuse_bad_references(rendered, parsed, broken, problems, None)
    (problem,) = problems.diagnostics
    assert problem.where is not None
    assert (problem.where.line, problem.where.excerpt[problem.where.column - 1 :][:13]) == (8, '{shot: "aley"')
    assert (rendered, parsed, broken) == ({}, {}, {"specs/test.yaml": "test"})


def test_a_run_about_other_shots_leaves_out_the_broken_one_and_what_follows_from_it() -> None:
    rendered, parsed = loaded(SHOTS)
    problems = Problems()
    concern = Concern(lambda address: address.instance == "fog", lambda _: True)
    refuse_bad_references(rendered, parsed, {}, problems, concern)
    assert [request.address.instance for request in rendered["test"].requests] == ["alley", "fog"]
    assert rendered["test"].left_out == {"street", "door"}
    assert {problem.severity for problem in problems.diagnostics} == {"warning"}


def test_a_run_about_what_follows_from_a_broken_shot_is_refused() -> None:
    rendered, parsed = loaded(SHOTS)
    problems = Problems()
    concern = Concern(lambda address: address.instance == "door", lambda _: True)
    refuse_bad_references(rendered, parsed, {}, problems, concern)
    (error,) = problems.errors
    assert error.message == "`test.street` has errors"
