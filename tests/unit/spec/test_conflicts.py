import pytest

from ltxspec.spec.conflicts import conflict_in

CONFLICT = "a\n<<<<<<< HEAD\nb\n||||||| base\nc\n=======\nd\n>>>>>>> side\n"


@pytest.mark.parametrize(
    ("text", "index"),
    [
        (CONFLICT, 2),
        (CONFLICT.replace("\n", "\r\n"), 3),
        ("<<<<<<<\na", 0),
        ("a\n>>>>>>> side", 2),  # what is left of one that was cleared up in part
        ("a\n||||||| 1234567\n", 2),
    ],
)
def test_markers_are_found_where_they_begin_a_line(text: str, index: int) -> None:
    assert conflict_in(text) == index


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Title\n=======\nA street.",
        "a <<<<<<< b",
        "  <<<<<<< HEAD",
        "<<<<<<<<\n",
        ">>>>>>>\n",
        "|||||||\n",
        "<<<<<<<a",
    ],
)
def test_underlines_and_ornaments_are_no_markers(text: str) -> None:
    assert conflict_in(text) is None
