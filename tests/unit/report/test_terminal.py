import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.terminal import Links, Paint, Style, chop, clean, cut, fit, pad, width_of, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("a\u202eb", "a\\u202eb"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone \ud800", "lone \\ud800"),
        ("c1 \x9b31m", "c1 \\x9b31m"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("夜の街, café, 👩‍🚀", "夜の街, café, 👩‍🚀"),
    ],
)
def test_what_a_terminal_obeys_or_hides_is_shown_instead(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_clean_text_is_encodable_and_holds_nothing_a_terminal_obeys(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("夜の街", 6), ("e\u0301", 1), ("\uff46", 2), ("", 0)])
def test_width_counts_columns_of_a_terminal(text: str, columns: int) -> None:
    assert width_of(text) == columns


def test_paint_is_written_only_with_colour() -> None:
    assert Style(color=False).paint("text", Paint.RED) == "text"
    assert Style(color=True).paint("text", Paint.RED) == "\x1b[31mtext\x1b[0m"
    assert Style(color=True).paint("", Paint.RED) == ""
    assert Style(color=True).paint("text", None) == "text"


def test_fitting_marks_what_is_cut() -> None:
    assert fit("procession", 10) == "procession"
    assert fit("procession", 6) == "proce…"
    assert fit("夜の街を歩く", 6) == "夜の…"
    assert pad("夜", 4) == "夜  "


clean_text = st.text().map(clean)


@given(clean_text, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_character(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(clean_text, st.integers(0, 20))
def test_cutting_loses_nothing(text: str, width: int) -> None:
    head, tail = cut(text, width)
    assert head + tail == text
    assert width_of(head) <= width


def test_a_word_wider_than_the_line_is_cut_even_when_nothing_fits() -> None:
    assert chop("夜の", 1) == ["夜", "の"]
    assert chop("abcde", 2) == ["ab", "cd", "e"]
    assert chop("", 2) == [""]


FAMILY, THUMB, FLAGS, MARKED = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd", "🇯🇵🇵🇹", "e\u0301"


@pytest.mark.parametrize(
    ("text", "width", "head"),
    [
        (f"a{FAMILY}b", 4, "a"),
        (f"a{THUMB}b", 3, "a"),
        (FLAGS, 1, ""),
        (FLAGS, 3, "🇯🇵"),
        (f"{MARKED}x", 1, MARKED),
        (f"ab{FAMILY}", 2, "ab"),
        ("❤\ufe0fx", 1, "❤\ufe0f"),
    ],
)
def test_nothing_is_cut_inside_an_emoji(text: str, width: int, head: str) -> None:
    assert cut(text, width) == (head, text[len(head) :])


def test_pieces_of_a_word_keep_an_emoji_whole_where_it_fits() -> None:
    assert chop(f"abc{THUMB}d", 5) == ["abc", f"{THUMB}d"]
    assert chop(f"a{FAMILY}", 3) == ["a", "\U0001f468\u200d", "\U0001f469\u200d", "\U0001f467"]  # wider than a piece


@pytest.mark.parametrize("letter", ["夜", "🇯", "\u0301", "\U0001f3fd"])
def test_an_endless_word_of_any_kind_is_cut_in_time(letter: str) -> None:
    assert sum(map(len, chop(letter * 200_000, 40))) == 200_000


def test_a_long_word_is_cut_in_time_that_grows_with_it_alone() -> None:
    assert sum(map(len, chop("夜" * 400_000, 40))) == 400_000  # when every piece measured all that is left: minutes


def test_text_that_nobody_sees_is_shown() -> None:
    """Variation selectors, fillers and rows of joiners can spell words that only the provider reads."""
    hidden = "".join(chr(0xE0100 + ord(letter) - 32) for letter in "beaten")
    for invisible in (hidden, "\u034f", "\u17b4", "\u180b", "\ufe01", "\u2800", "\u200d\u200c\u200d\u200c"):
        shown = clean(f"A cat{invisible} sits")
        assert shown.isascii()
        assert shown.count("\\") == len(invisible)


def test_emoji_and_scripts_that_need_joiners_stay_as_they_are() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    for text in ("\u2764\ufe0f\u200d\U0001f525", family, persian, "1\ufe0f\u20e3"):
        assert clean(text) == text


HERE, FORGE = Links("file://studio/films/", "mark"), Links("https://forge.test/o/films/blob/abc/", "mark")


@pytest.mark.parametrize(
    ("links", "target", "line", "address"),
    [
        (HERE, "specs/a b.yaml", 7, "file://studio/films/specs/a%20b.yaml"),
        (HERE, "/elsewhere/a.mp4", None, "file://studio/elsewhere/a.mp4"),
        (HERE, "https://vm.example/a.mp4?x=1", None, "https://vm.example/a.mp4?x=1"),
        (FORGE, "specs/a#b.yaml", 7, "https://forge.test/o/films/blob/abc/specs/a%23b.yaml#L7"),
        (FORGE, "specs/a.yaml", None, "https://forge.test/o/films/blob/abc/specs/a.yaml"),
    ],
)
def test_a_link_leads_to_a_file_here_or_to_a_line_at_a_forge(
    links: Links, target: str, line: int | None, address: str
) -> None:
    assert Style(links=links).link("a", target, line) == f"\x1b]8;id=mark;{address}\x1b\\a\x1b]8;id=mark;\x1b\\"


def test_without_links_a_text_stays_as_it_is() -> None:
    assert Style().link("a", "a.yaml") == "a"
    assert Style(links=HERE).link("a", "") == "a"
    assert Style(links=HERE).link("", "a.yaml") == ""


@given(st.text(st.characters()), st.none() | st.integers(1))
def test_an_address_holds_nothing_that_a_terminal_obeys(target: str, line: int | None) -> None:
    for links in (HERE, FORGE):
        address = links.to(target, line)
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address
