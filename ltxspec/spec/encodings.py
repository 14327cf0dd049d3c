"""The encodings of table files: by the byte-order mark, else UTF-8, else as the spec says."""

import codecs
from typing import Final, Literal, get_args

Encoding = Literal[
    "utf-8", "utf-16", "utf-16le", "utf-16be",
    "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1257",
    "iso-8859-1", "iso-8859-2", "iso-8859-15", "macintosh", "shift_jis", "gb18030", "big5", "euc-kr",
]  # fmt: skip
ENCODINGS: Final[tuple[str, ...]] = get_args(Encoding)
BY_MARK: Final = "by mark"  # nothing is said: by the byte-order mark, else UTF-8

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_WORKBOOKS: Final = (b"PK\3\4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # .xlsx and .ods, .xls
_OPEN: Final = b"application/vnd.oasis.opendocument"
_SET_IT: Final = "set `encoding:` next to `file:`"
_ZEROS = 4  # one of so many bytes, in UTF-16 of mostly other scripts; every second one in English
_LOOKED_AT: Final = 1024  # bytes that are searched for a zero, which no other text has


class TextProblem(Exception):
    """Bytes that are not text as expected: what is wrong, after the file's name, and how to fix it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def decode_table(data: bytes, encoding: str = BY_MARK) -> str:
    """The text of a table file, without its byte-order mark.

    Raises:
        TextProblem: the bytes are not text in this encoding, or have the mark of another one.
    """
    refuse_workbook(data)
    mark, marked = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", None))
    if marked == "utf-32":
        raise TextProblem("is UTF-32 text, which is not supported", "save it as UTF-8")
    if marked is not None and encoding != BY_MARK and not _agree(encoding, marked):
        message = f"begins with the byte-order mark of {_shown(marked)}, but `encoding:` is `{encoding}`"
        raise TextProblem(message, "remove `encoding:`; the mark says how to read the file")
    if encoding == BY_MARK and marked is None and _is_half_empty(data[:_LOOKED_AT]):
        raise TextProblem("looks like UTF-16 text without a byte-order mark", f"{_SET_IT}: `utf-16le` or `utf-16be`")
    name = marked or ("utf-8" if encoding == BY_MARK else encoding)
    if name == "utf-16":
        raise TextProblem(
            "has no byte-order mark, so the order of its bytes is unclear",
            "set `encoding:` to `utf-16le` or `utf-16be`",
        )
    try:
        text = data[len(mark) :].decode(name)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, name, is_given=encoding != BY_MARK) from None
    if (place := text.find("\ufeff")) >= 0:
        message = f"holds a byte-order mark (U+FEFF) in the middle (line {text.count(chr(10), 0, place) + 1})"
        raise TextProblem(message, "remove it: files that were joined often have one")
    return text


def refuse_workbook(data: bytes) -> None:
    """Raise TextProblem for the file of a spreadsheet program, whatever its name is."""
    if data.startswith(_WORKBOOKS):
        what = "an OpenDocument spreadsheet" if _OPEN in data[:_LOOKED_AT] else "an Excel workbook"
        raise TextProblem(f"is {what}, not text", "export it as CSV (UTF-8); another file name does not change it")


def _is_half_empty(data: bytes) -> bool:
    """Whether so many bytes are zero that the text is most likely UTF-16."""
    return data.count(0) * _ZEROS >= len(data) > 0


def _agree(encoding: str, marked: str) -> bool:
    return encoding == marked or (encoding == "utf-16" and marked.startswith("utf-16"))


def _shown(name: str) -> str:
    return "UTF-16" if name.startswith("utf-16") else name.replace("utf-8", "UTF-8")


def _undecodable(data: bytes, place: int, name: str, *, is_given: bool) -> TextProblem:
    where = "" if name.startswith("utf-16") else f" (line {data.count(10, 0, place) + 1})"
    message = f"is not {_shown(name)} text{where}"
    if is_given:
        return TextProblem(message, f"{_SET_IT} to the encoding that it was saved in, or save it as UTF-8")
    if name == "utf-8":
        return TextProblem(
            message, f"save it as UTF-8, or {_SET_IT}: spreadsheets in Western Europe write `windows-1252`"
        )
    return TextProblem(message, "the file is damaged: save it again, as UTF-8")
