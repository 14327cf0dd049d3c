import pytest

from ltxspec.spec.scalars import WORDS, NotANumber, read_number


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.50", 1.5),
        (".5", 0.5),
        ("-1.", -1.0),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
    ],
)
def test_a_number_of_the_core_schema_is_read(word: str, number: float) -> None:
    found = read_number(word)
    assert (number, type(number)) == (found, type(found))


@pytest.mark.parametrize(
    "word",
    ["12:30:45", "2026-11-22", "1_000", "0b11", "0o8", "0xg", "1.2.3", "-", "+", ".", "--1", "1e", "12px", "1 2"],
)
def test_what_only_begins_like_a_number_is_text(word: str) -> None:
    assert word == read_number(word)


@pytest.mark.parametrize("word", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", "1e999", "-1e999"])
def test_what_json_cannot_carry_is_refused(word: str) -> None:
    with pytest.raises(NotANumber):
        read_number(word)


@pytest.mark.parametrize("word", ["9" * 1001, "0x" + "f" * 1001])
def test_a_number_without_end_is_refused(word: str) -> None:
    with pytest.raises(NotANumber, match="too many digits"):
        read_number(word)


def test_yes_and_no_are_words_without_a_meaning() -> None:
    assert not {"yes", "no", "on", "off", "y", "n", "Yes", "OFF"} & WORDS.keys()
