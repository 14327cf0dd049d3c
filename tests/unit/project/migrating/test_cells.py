import pytest

from ltxspec.errors import Invalid
from ltxspec.project.migrating.table import table_spec
from ltxspec.project.packaged_models import packaged_catalog

HEAD = "id,prompt,seconds,size,audio,model,image\n"


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        table_spec(text, "shots.csv", packaged_catalog(), "lightricks:2@0")
    return [(problem.code, str(problem.where)) for problem in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ("a,A cat.,6,,,,\nA,A dog.,6,,,,\n", "duplicate-key", "shots.csv:3:1"),
        (",A cat.,6,,,,\n", "missing-key", "shots.csv:2:1"),
        ("a,,6,,,,\n", "missing-prompt", "shots.csv:2:3"),
        ("a,A cat.,8s,,,,\n", "wrong-type", "shots.csv:2:10"),
        ('a,"A cat, wet.","6,5",,,,\n', "wrong-type", "shots.csv:2:17"),
        ("a,A cat.,6,1080p,,,\n", "wrong-type", "shots.csv:2:12"),
        ("a,A cat.,6,1920 by 1080,,,\n", "wrong-type", "shots.csv:2:12"),
        ("a,A cat.,6,,loud,,\n", "wrong-type", "shots.csv:2:13"),
        ("a,A cat.,6,,,lightricks:9@9,\n", "unknown-model", "shots.csv:2:14"),
        ("a,#REF!,6,,,,\n", "formula-error", "shots.csv:2:3"),
    ],
)
def test_each_problem_of_a_cell_has_its_line_and_column(rows: str, code: str, place: str) -> None:
    assert problems(HEAD + rows) == [(code, place)]


def test_all_problems_are_reported_at_once_from_top_to_bottom() -> None:
    found = problems(HEAD + "a,A cat.,8s,,,,\na,,6,big,,,\n")
    assert [place for _, place in found] == sorted(place for _, place in found)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("title,text\na,b\n", ["missing-key", "missing-prompt"]),
        ("id,prompt,seconds,duration\na,A cat.,6,6\n", ["same-column"]),
        ("id,prompt\n", ["empty"]),
        ("", ["empty"]),
        ("id,prompt\n,\n", ["empty"]),
    ],
)
def test_a_table_without_what_a_shot_needs_is_refused(text: str, codes: list[str]) -> None:
    assert [code for code, _ in problems(text)] == codes


def test_a_prompt_that_looks_like_a_template_is_remarked() -> None:
    found = table_spec("id,prompt\na,A {{ city }}.\n", "shots.csv", packaged_catalog(), "lightricks:2@0")
    assert any("shots.csv:2:3: a prompt in a table is no template" in note for note in found.notes)
