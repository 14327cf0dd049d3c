import pytest

from ltxspec.render.template_problem import suggestion


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("citty", ["mood", "city"], "did you mean `city`? the variables are `city`, `mood`"),
        ("citty", ["city"], "did you mean `city`?"),
        ("zzzzzz", ["city"], "the variables are `city`"),
        ("", ["city"], "the variables are `city`"),
        ("x", [], None),
    ],
)
def test_hints_name_the_nearest_word_and_all_others(word: str, known: list[str], hint: str | None) -> None:
    assert suggestion(word, known, "the variables are") == hint


def test_long_lists_are_cut() -> None:
    hint = suggestion("zzzzzzzz", [f"name{number:02}" for number in range(50)], "there are")
    assert hint is not None
    assert hint.endswith("`name18`, `name19` and 30 more")


def test_of_very_many_names_the_first_are_sorted_and_all_are_counted() -> None:
    hint = suggestion("zzzzzzzz", (f"name{number:04}" for number in reversed(range(2000))), "there are")
    assert hint is not None
    assert hint.startswith("there are `name1500`, `name1501`, ")
    assert hint.endswith(" and 1980 more")
