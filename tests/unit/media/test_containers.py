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
    [
        *[(MP4, "mp4"), (box(b"ftyp", b"qt  0000"), "mov"), (WEBM, "webm"), (ebml(b"matroska"), "matroska")],
        (box(b"free", bytes(40)) + box(b"skip") + MP4, "mp4"),
        (box(b"uuid", bytes(100), wide=True) + box(b"ftyp", b"qt  0000"), "mov"),
        *[(box(b"wide") + box(b"mdat", bytes(9)), "mov"), (box(b"mdat"), "mov"), (box(b"moov"), "mov")],
        (box(b"pnot", bytes(12)) + box(b"mdat", wide=True), "mov"),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(content: bytes, kind: str) -> None:
    assert sniff(io.BytesIO(content), "video") == kind


@pytest.mark.parametrize(
    "content",
    [
        *[box(b"free", bytes(8)), box(b"free") * 100 + MP4, box(b"junk") + MP4, bytes(4) + b"free" + MP4],
        *[(3).to_bytes(4) + b"wide" + MP4, box(b"ftyp", b"avif0000"), box(b"ftyp", b"heic0000")],
    ],
)
def test_boxes_that_lead_to_no_video_are_none(content: bytes) -> None:
    with pytest.raises(MediaError, match="not a video"):
        sniff(io.BytesIO(content), "video")


@given(st.binary(max_size=80))
def test_anything_else_is_named_and_refused(content: bytes) -> None:
    if content[4:8] in {b"ftyp", b"moov", b"mdat"} or content.startswith(b"\x1a\x45\xdf\xa3"):
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


@pytest.mark.parametrize(
    ("content", "kind", "told"),
    [
        (MP4, "mp4", True),
        (MP4 + b"\xff" * 20, "mp4", True),
        (box(b"ftyp") + box(b"moov") + (0).to_bytes(4) + b"mdat" + bytes(5), "mp4", False),
        (WEBM, "webm", True),
        (ebml(b"webm") + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + bytes(9), "webm", False),
    ],
)
def test_it_is_known_whether_a_file_says_where_it_ends(content: bytes, kind: str, *, told: bool) -> None:
    assert check_whole(io.BytesIO(content), kind, "video") is told


def element(identifier: bytes, content: bytes) -> bytes:
    return identifier + (len(content) | 1 << 56).to_bytes(8) + content


CLUSTER, BLOCK, SEGMENT = b"\x1f\x43\xb6\x75", b"\xa3", b"\x18\x53\x80\x67"
BLOCKS = element(BLOCK, b"\x81" + bytes(500)) * 5  # zeros inside of a block are not this walk's business


@pytest.mark.parametrize("size", [1000, 4000, 20_000])
@pytest.mark.parametrize("at", [0, 1200, 5300])
def test_a_hole_where_the_next_element_should_be_is_noticed(at: int, size: int) -> None:
    content = element(CLUSTER, BLOCKS) * 3
    good = ebml(b"webm") + element(SEGMENT, content)
    assert check_whole(io.BytesIO(good), "webm", "video")
    bad = bytearray(content)
    bad[at : at + size] = bytes(min(size, len(content) - at))
    with pytest.raises(MediaError, match="a hole"):
        check_whole(io.BytesIO(ebml(b"webm") + element(SEGMENT, bytes(bad))), "webm", "video")


def test_clusters_within_clusters_lead_nowhere() -> None:
    content = BLOCKS
    for _ in range(5000):
        content = element(CLUSTER, content)
    assert check_whole(io.BytesIO(ebml(b"webm") + element(SEGMENT, content)), "webm", "video")


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
