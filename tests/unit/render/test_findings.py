from ltxspec.errors import Diagnostic, Location, Problems
from ltxspec.render.findings import Findings

WHERE = Location("specs/a.yaml", 3, 5, "    duration: 7")


def reported(findings: Findings, instances: dict[str, int]) -> list[str]:
    problems = Problems()
    assert findings.report(problems, instances) == problems.diagnostics
    return [diagnostic.message for diagnostic in problems.diagnostics]


def noted(*instances: str) -> Findings:
    findings = Findings()
    for instance in instances:
        findings.note(Diagnostic("error", "c", "wrong", WHERE), instance)
    return findings


def test_one_problem_of_many_instances_is_said_once() -> None:
    assert reported(noted("a", "b", "c"), {"a": 1, "b": 1, "c": 1}) == ["wrong"]


def test_instances_are_named_when_only_some_have_the_problem() -> None:
    assert reported(noted("a[x]"), {"a": 3}) == ["wrong (in `a[x]`)"]
    assert reported(noted("a[x]", "a[y]"), {"a": 3}) == ["wrong (in `a[x]` and 1 more)"]
    assert reported(noted("a[x]", "a[y]", "a[z]"), {"a": 3}) == ["wrong"]


def test_the_only_instance_of_a_shot_is_named() -> None:
    assert reported(noted("a[x]"), {"a": 1}) == ["wrong (in `a[x]`)"]


def shared(*instances: str) -> Findings:
    findings = Findings()
    for instance in instances:
        findings.note(Diagnostic("error", "c", "wrong", WHERE), instance, shared=True)
    return findings


def test_a_place_that_shots_share_names_those_concerned_unless_all_are() -> None:
    assert reported(shared("a"), {"a": 1, "b": 1}) == ["wrong (in `a`)"]
    assert reported(shared("a", "b[x]"), {"a": 1, "b": 2}) == ["wrong (in `a` and 1 more)"]
    assert reported(shared("a", "b"), {"a": 1, "b": 1}) == ["wrong"]


def test_problems_keep_their_order_and_kind() -> None:
    findings = Findings()
    findings.add("warning", "w", "first", None)
    findings.add("error", "e", "second", WHERE, "hint")
    findings.add("warning", "w", "first", None)
    problems = Problems()
    findings.report(problems, {})
    assert problems.diagnostics == [
        Diagnostic("warning", "w", "first"),
        Diagnostic("error", "e", "second", WHERE, "hint"),
    ]


def test_queries_of_urls_never_show_and_columns_stay() -> None:
    line = 'uploadEndpoint: "https://bucket/x?X-Sig=SECRET&b=c" # https://a/?b no?question'
    findings = Findings()
    findings.add("error", "e", "m", Location("f", 1, 60, line))
    problems = Problems()
    findings.report(problems, {})
    where = problems.diagnostics[0].where
    assert where is not None
    assert (len(where.excerpt), where.column) == (len(line), 60)
    assert "SECRET" not in where.excerpt
    assert where.excerpt.startswith('uploadEndpoint: "https://bucket/x***')
    assert where.excerpt.endswith("no?question")
