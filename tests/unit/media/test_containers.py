import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import MediaError
from ltxspec.media.containers import check_whole, sniff


def box(kind: bytes, content: bytes = b"", *, wide: bool = False) -> bytes:
    if wide:
        return (1).to_bytes(4) + kind + (len(content) + 16).to_bytes(8) + content
    return (len(content) + 8).to_bytes(4) + kind + content


def ebml(doctype: bytes) -> bytes:
    inner = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(inner)]) + inner


MP4 = box(b"ftyp", b"isom0000") + box(b"moov", bytes(30)) + box(b"mdat", bytes(50))
WEBM = ebml(b"webm") + b"\x18\x53\x80\x67" + b"\x40\x20" + bytes(32)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(MP4, "mp4"), (box(b"ftyp", b"qt  0000"), "mov"), (WEBM, "webm"), (ebml(b"matroska"), "matroska")],
)
def test_the_kind_is_told_by_the_first_bytes(content: bytes, kind: str) -> None:
    assert sniff(io.BytesIO(content), "video") == kind


@given(st.binary(max_size=80))
def test_anything_else_is_named_and_refused(content: bytes) -> None:
    if content[4:8] == b"ftyp" or content.startswith(b"\x1a\x45\xdf\xa3"):
        return
    with pytest.raises(MediaError, match="`video` is not a video"):
        sniff(io.BytesIO(content), "video")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (MP4, "mp4"),
        (MP4 + bytes(16), "mp4"),
        (box(b"ftyp") + box(b"mdat", bytes(9), wide=True) + box(b"moov"), "mp4"),
        (box(b"ftyp") + box(b"moov") + (0).to_bytes(4) + b"mdat" + bytes(5), "mp4"),
        (WEBM, "webm"),
        (ebml(b"webm") + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + bytes(9), "webm"),
    ],
)
def test_whole_files_pass(content: bytes, kind: str) -> None:
    check_whole(io.BytesIO(content), kind, "video")


@pytest.mark.parametrize(("content", "kind"), [(MP4, "mp4"), (WEBM, "webm")])
@given(missing=st.integers(1, 49))
def test_a_missing_end_is_noticed(content: bytes, kind: str, missing: int) -> None:
    cut = content[: -min(missing, 31)]
    with pytest.raises(MediaError, match="cut short"):
        check_whole(io.BytesIO(cut), kind, "video")


def test_a_file_without_an_index_is_cut_short() -> None:
    with pytest.raises(MediaError, match="cut short"):
        check_whole(io.BytesIO(box(b"ftyp") + box(b"mdat", bytes(9))), "mp4", "video")


@given(st.binary(max_size=60))
def test_no_bytes_confuse_the_walk(content: bytes) -> None:
    for kind, start in (("mp4", box(b"ftyp")), ("webm", ebml(b"webm"))):
        file = io.BytesIO(start + content)
        with suppress(MediaError):
            check_whole(file, kind, "video")
            assert file.tell() == 0
