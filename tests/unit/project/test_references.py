from unit.render.project import HEAD, SIZE, read
from unit.render.test_graph import shot, spec

from ltxspec.errors import Problems
from ltxspec.project.context_specs import Reading
from ltxspec.project.references import refuse_bad_references
from ltxspec.render.concern import Concern


def loaded(shots: str) -> Reading:
    text = f"{HEAD}{SIZE}shots:\n" + "".join(f"  {line}\n" for line in shots.splitlines())
    return Reading(lambda *_: None, lambda *_: None, {"test": spec(shots)}, {"test": read(text)}, {})


SHOTS = "\n".join([shot("alley"), shot("street", "aley"), shot("door", "street"), shot("fog")])


def test_an_error_is_where_the_reference_is_written() -> None:
    specs = loaded(SHOTS)
    problems = Problems()
    refuse_bad_references(specs, problems, None)
    (problem,) = problems.diagnostics
    assert problem.where is not None
    assert (problem.where.line, problem.where.excerpt[problem.where.column - 1 :][:13]) == (8, '{shot: "aley"')
    assert (specs.rendered, specs.parsed, specs.broken) == ({}, {}, {"specs/test.yaml": "test"})


def test_a_run_about_other_shots_leaves_out_the_broken_one_and_what_follows_from_it() -> None:
    specs = loaded(SHOTS)
    problems = Problems()
    concern = Concern(lambda address: address.instance == "fog", lambda _: True)
    refuse_bad_references(specs, problems, concern)
    assert [request.address.instance for request in specs.rendered["test"].requests] == ["alley", "fog"]
    assert specs.rendered["test"].left_out == {"street", "door"}
    assert {problem.severity for problem in problems.diagnostics} == {"warning"}


def test_a_run_about_what_follows_from_a_broken_shot_is_refused() -> None:
    specs = loaded(SHOTS)
    problems = Problems()
    concern = Concern(lambda address: address.instance == "door", lambda _: True)
    refuse_bad_references(specs, problems, concern)
    (error,) = problems.errors
    assert error.message == "`test.street` has errors"
