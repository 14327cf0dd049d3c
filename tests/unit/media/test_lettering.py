from hypothesis import given
from hypothesis import strategies as st

from ltxspec.media.lettering import SUBSTITUTE, Digits, drawable, escaped, fit, font_for, is_drawable, wrap

LATIN = st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1, max_size=40)


def test_words_are_kept_whole_where_they_fit() -> None:
    font = font_for("", 20)
    assert wrap(font, "one two three", font.getlength("one two "), 9) == ["one two", "three"]


@given(st.lists(LATIN, min_size=1, max_size=12).map(" ".join), st.integers(60, 400), st.integers(1, 4))
def test_no_line_is_wider_than_asked(text: str, width: int, lines: int) -> None:
    font = font_for("", 16)
    wrapped = wrap(font, text, width, lines)
    assert 1 <= len(wrapped) <= lines
    assert all(font.getlength(line) <= width for line in wrapped)


@given(st.lists(LATIN, min_size=1, max_size=12).map(" ".join))
def test_nothing_is_lost_when_there_is_room(text: str) -> None:
    assert "".join(wrap(font_for("", 16), text, 200, 999)).replace(" ", "") == text.replace(" ", "")


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    font = font_for("", 20)
    assert fit(font, "a long line of words", 80).endswith("…")
    assert fit(font, "short", 500) == "short"


def test_letters_no_font_has_become_a_dot() -> None:
    text = "rain \U0010fffe\nfog"
    assert drawable(font_for(text, 16), text) == f"rain {SUBSTITUTE} fog"


def test_a_clock_is_equally_wide_at_every_time() -> None:
    digits = Digits(20)
    assert digits.width("0:01.11 / 0:08.00") == digits.width("0:07.48 / 0:08.00")


def test_a_character_that_no_font_has_is_shown_by_its_code() -> None:
    assert escaped(font_for("", 16), "a\n\U0010fffe\ue123 b") == "a \\U0010fffe\\ue123 b"
    assert is_drawable("Gefäß")
    assert not is_drawable("\U0010fffe")
