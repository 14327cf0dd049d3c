from functools import partial

from ltxspec.errors import Diagnostic, Location
from ltxspec.render.findings import Findings

WHERE = Location("specs/a.yaml", 3, 5, "    duration: 7")


def reported(findings: Findings, instances: dict[str, int]) -> list[str]:
    return [diagnostic.message for diagnostic, _ in findings.report(instances)]


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


def test_the_row_of_a_table_is_named_with_its_instance() -> None:
    findings = Findings()
    for number, key in ((2, "x"), (3, "y"), (4, "z")):
        findings.enter("a", f"a[{key}]", partial(Location, "specs/a.csv", number, 1))
        if key != "x":
            findings.note(Diagnostic("error", "c", "wrong", WHERE), f"a[{key}]")
    findings.enter(None)
    assert reported(findings, {"a": 3}) == ["wrong (in `a[y]` at specs/a.csv:3:1 and 1 more)"]


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
    assert [diagnostic for diagnostic, _ in findings.report({})] == [
        Diagnostic("warning", "w", "first"),
        Diagnostic("error", "e", "second", WHERE, "hint"),
    ]


def test_queries_of_urls_never_show_and_columns_stay() -> None:
    line = 'uploadEndpoint: "https://bucket/x?X-Sig=SECRET&b=c" # https://a/?b no?question'
    findings = Findings()
    findings.add("error", "e", "m", Location("f", 1, 60, line))
    where = findings.report({})[0][0].where
    assert where is not None
    assert (len(where.excerpt), where.column) == (len(line), 60)
    assert "SECRET" not in where.excerpt
    assert where.excerpt.startswith('uploadEndpoint: "https://bucket/x***')
    assert where.excerpt.endswith("no?question")


def test_each_problem_has_the_places_where_it_was_found() -> None:
    findings = Findings()
    findings.add("error", "e", "of the spec", None)
    findings.enter("alley")
    findings.add("error", "e", "of shots", None)
    findings.enter("weather", "weather[rain]")
    findings.add("error", "e", "of shots", None)
    findings.enter(None)
    assert [list(places) for _, places in findings.report({})] == [
        [None],
        [("alley", "alley"), ("weather", "weather[rain]")],
    ]
