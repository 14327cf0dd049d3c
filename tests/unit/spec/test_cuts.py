import pytest

from ltxspec.errors import Problems
from ltxspec.spec.cuts import cut_texts, of_table
from ltxspec.spec.document import read_document
from ltxspec.spec.parsing import parse_spec
from ltxspec.spec.tables import read_table

HEAD = "apiVersion: ltxspec/v1\nkind: RenderSpec\n"


def warned(body: str, metadata: str = "metadata: {name: s}\n") -> list[str]:
    """Where a spec is warned about: line and column, and what stands there."""
    problems = Problems()
    assert parse_spec(HEAD + metadata + body, "s.yaml", problems) is not None, problems.diagnostics
    assert {(found.severity, found.code) for found in problems.diagnostics} <= {("warning", "cut-text")}
    places = [found.where for found in problems.diagnostics]
    return [f"{where.line}:{where.excerpt[where.column - 1 :]}" for where in places if where]


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("prompt: A racer with number #7 on the door", "6:#7 on the door"),
        ("prompt: A street  # wide shot", "6:# wide shot"),
        ("prompt: Street  # wide shot", "6:# wide shot"),
        ("prompt: A street\t#wide", "6:#wide"),
        ("prompt:\n      A racer\n      with number #7", "8:#7"),
        ("prompt: &a A racer #7", "6:#7"),
        ("prompt: # the first\n      A racer #7", "7:#7"),
    ],
)
def test_a_comment_after_a_prompt_without_quotes_is_a_warning(prompt: str, place: str) -> None:
    assert warned(f"shots:\n  a:\n    {prompt}\n") == [place]


@pytest.mark.parametrize(
    "prompt",
    [
        "prompt: 'A racer with number #7'  # quoted",
        'prompt: "A racer with number #7" # quoted',
        "prompt: |  # a block\n      A racer #7",
        "prompt: >-\n      A racer #7\n      on # the\n      door",
        "prompt: A racer#7",
        "prompt: A racer\n    # a comment\n    title: x",
        "prompt: {file: p.j2}  # a file",
        "prompt: {file: p.j2 }\n    width: 1920  #px\n    fps: 25 #fps\n    seed: null #none",
        "prompt: A racer\n    model: lightricks:2@0 # a model\n    moved: b #c",
        "prompt: A racer\n    checks: [{assert: duration <= 8}] # short",
        "prompt: A racer\n    checks:\n      - assert: duration <= 8 #short",
        "prompt: A racer\n    forEach: {file: a.csv, key: k} #c",
    ],
)
def test_other_comments_need_no_word(prompt: str) -> None:
    assert warned(f"shots:\n  a:\n    {prompt}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "vars: {}\n",
        "defaults: {}\n",
        "shots: {b: {prompt: x, vars: {}}}\n",
        "shots: {b: {prompt: x, matrix: {sky: [{}]}}}\n",
    ],
)
@pytest.mark.parametrize(
    ("text", "is_warned"),
    [
        ("Racer #7", True),
        ("number #7 red", True),
        ("a wide street # or a lane", True),  # one blank before the sign: it may be part of the text
        ("a wide street  # or a lane", False),
        ("street # or a lane", False),
        ("MP4 # for editors", False),
        ("street  ##", False),
        ("street  #7", True),
    ],
)
def test_in_other_texts_a_comment_may_be_clearly_one(line: str, text: str, is_warned: bool) -> None:
    inner = f"\n    sky: {text}\n    " if "[{}]" not in line else f"\n    {text}\n    "
    body = line.replace("{}", f"{{{inner}}}" if "[{}]" not in line else inner)
    shots = "" if "shots" in line else "shots: {}\n"
    assert bool(warned(body + shots)) is is_warned


def test_titles_labels_and_rows_are_looked_at() -> None:
    metadata = "metadata:\n  name: s #1\n  title: Take #1\n  labels:\n    no: Nr #2\n"
    rows = "shots:\n  a:\n    prompt: x\n    title: Shot #3\n    forEach:\n      - k: Cup #4\n"
    assert warned(rows, metadata) == ["5:#1", "7:#2", "11:#3", "13:#4"]


def test_the_text_of_an_alias_counts_where_it_is_used() -> None:
    assert warned("x-looks:\n  a: &a soft light  # warm\nshots:\n  a: {prompt: *a}\n") == ["5:# warm"]
    assert warned("x-looks:\n  a: soft light #7\nshots: {}\n") == []


def test_the_warning_says_what_is_used_and_how_to_mend_it() -> None:
    problems = Problems()
    parse_spec(f"{HEAD}metadata: {{name: s}}\nshots:\n  a:\n    prompt: A racer with number #7\n", "s.yaml", problems)
    (found,) = problems.diagnostics
    assert found.message == "a comment ends this text: `A racer with number` is used, without `#7`"
    assert found.hint == "quote the whole text, or write it below `|`; if it is a comment, quote the text before it"


def test_tables_are_looked_at() -> None:
    table = read_table("- {k: a, name: x}\n- k: b\n  name: Racer #7\n", "r.yaml")
    assert [str(found.where) for found in table.warnings] == ["r.yaml:3:15"]
    assert read_table('[{"k": "a #7"}]', "r.json").warnings == ()
    assert list(cut_texts(read_document("a: Racer #7\nb: [x, y #8\n ]\n", "v.yaml"), of_table)) == [("a",), ("b", 1)]
