import pytest

from ltxspec.spec.files import FileProblem, refuse_odd, text_of


def test_a_text_loses_its_bom_and_its_carriage_returns() -> None:
    assert text_of(b"\xef\xbb\xbfa\r\n\tb\n", "a.j2") == "a\n\tb\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\nb\x00", "`a.j2` holds the control character U+0000 (line 2)"),
        (b"a\nb\xc2\x9b", "`a.j2` holds the control character U+009B (line 2)"),
        (b"a\n\xff", "`a.j2` is not UTF-8 text (line 2)"),
        (b"a\r\n<<<<<<< HEAD\r\nb", "`a.j2` holds the conflict markers of an unfinished merge (line 2)"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(data: bytes, words: str) -> None:
    with pytest.raises(FileProblem) as caught:
        text_of(data, "a.j2")
    assert caught.value.summary == words
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("a.j2", 2)


@pytest.mark.parametrize("path", ["", "a\nb", "a\x1b", "a\x7f", "a\udc80"])
def test_odd_names_are_refused(path: str) -> None:
    with pytest.raises(FileProblem, match="control character"):
        refuse_odd(path)


@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_a_workbook_is_called_one_whatever_its_name_is(encoding: str | None) -> None:
    with pytest.raises(FileProblem, match="is an Excel workbook, not text") as caught:
        text_of(b"PK\x03\x04\xff\xff\0\0", "a.csv", encoding=encoding)
    assert caught.value.hint == "export it as CSV (UTF-8); another file name does not change it"
