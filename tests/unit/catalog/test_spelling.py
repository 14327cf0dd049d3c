"""Which name was probably meant, and that it is not looked for without end."""

from ltxspec.catalog.spelling import nearest


def test_a_misspelling_finds_its_word_whatever_the_case() -> None:
    assert nearest("Widht", ["height", "width"]) == "width"
    assert nearest("mp4", ["WEBM", "MP4"]) == "MP4"
    assert nearest("zebra", ["height", "width"]) is None


def test_a_long_name_is_no_misspelt_one() -> None:
    """Comparing two takes the product of their lengths, and a model file may hold hundreds."""
    long = "abcdefghij" * 7
    assert nearest(long, [long[:-1] + "k"]) is None
    assert nearest("widht", [long, "width"]) == "width"
    assert nearest("widht", [*(f"height{number}" for number in range(200)), "width"]) is None
