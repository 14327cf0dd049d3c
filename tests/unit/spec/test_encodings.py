import codecs

import pytest

from ltxspec.spec.encodings import BY_MARK, ENCODINGS, TextProblem, decode_table

TEXT = "sku;name\nA1;Café\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16be"),
    ],
)
def test_the_byte_order_mark_says_how_to_read_a_table(data: bytes) -> None:
    assert decode_table(data) == TEXT


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("windows-1252", TEXT.encode("cp1252")),
        ("macintosh", TEXT.encode("mac_roman")),
        ("utf-16le", TEXT.encode("utf-16le")),
        ("utf-16", codecs.BOM_UTF16_BE + TEXT.encode("utf-16be")),
        ("utf-8", TEXT.encode("utf-8-sig")),
    ],
)
def test_the_spec_says_it_where_there_is_no_mark(encoding: str, data: bytes) -> None:
    assert decode_table(data, encoding) == TEXT


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_offered_encoding_exists(encoding: str) -> None:
    assert codecs.lookup(encoding)


@pytest.mark.parametrize(
    ("encoding", "data", "message", "hint"),
    [
        (None, TEXT.encode("cp1252"), "is not UTF-8 text (line 2)", "`windows-1252`"),
        (None, TEXT.encode("utf-16le"), "looks like UTF-16 text without a byte-order mark", "`utf-16le`"),
        (None, TEXT.encode("utf-32"), "is UTF-32 text, which is not supported", "UTF-8"),
        (None, codecs.BOM_UTF16_LE + b"a", "is not UTF-16 text", "damaged"),
        (None, b"a\n\xef\xbb\xbfb\n", "holds a byte-order mark (U+FEFF) in the middle (line 2)", "remove it"),
        ("utf-16", b"a\0", "has no byte-order mark, so the order of its bytes is unclear", "`utf-16be`"),
        ("windows-1252", b"a\n\x81", "is not windows-1252 text (line 2)", "`encoding:`"),
        ("windows-1252", TEXT.encode("utf-8-sig"), "begins with the byte-order mark of UTF-8", "remove `encoding:`"),
    ],
)
def test_bytes_that_cannot_be_read_say_what_to_set(encoding: str | None, data: bytes, message: str, hint: str) -> None:
    with pytest.raises(TextProblem) as caught:
        decode_table(data, *([encoding] if encoding else []))
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "an Excel workbook"),
        (b"PK\x03\x04\x14mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"),
    ],
)
@pytest.mark.parametrize("encoding", [BY_MARK, "utf-8", "windows-1252"])
def test_a_workbook_that_is_only_called_a_table_is_no_text(data: bytes, what: str, encoding: str) -> None:
    with pytest.raises(TextProblem, match=f"is {what}, not text") as caught:
        decode_table(data + bytes(400), encoding)
    assert "export it as CSV" in caught.value.hint
