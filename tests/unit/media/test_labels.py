"""Labels are real C2PA manifests: written, verified, and found again in what other programs made of the copy."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import signers
from replacing import replace
from small_films import write_small_animatic
from time_stamps import time_stamping

from ltxspec.media import labels
from ltxspec.media.labels import MADE_BY_AI, Claim, LabelError, Signing, read_label, write_label
from ltxspec.media.specs import AnimaticSpec
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.videos import hash_of

CLAIM = Claim("ab" * 32, "lightricks:2@0", "LTX-2 Pro (lightricks:2@0)", "2026-11-22T10:01:12.123Z")


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small video of each kind."""
    folder = tmp_path_factory.mktemp("videos")
    for kind in ("mp4", "mov"):
        spec = AnimaticSpec(160, 96, 1, 24, kind, audio=True, prompt="Rain")
        write_small_animatic(spec, folder / f"video.{kind}")
    return folder


def signing() -> Signing:
    return Signing(*signers.signer(), "es256")


def change(copy: Path) -> None:
    """Change a byte of the pictures or the sound."""
    data = bytearray(copy.read_bytes())
    data[data.index(b"mdat") + 200] ^= 0xFF
    copy.write_bytes(data)


def sign_again(source: Path, target: Path, intent: Any = None) -> None:
    """As another program does: an editor that opens the file, or with another intent."""
    import c2pa

    info = c2pa.C2paSignerInfo("es256", *signers.signer(), None)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder({"title": "cut"}) as builder:
        builder.set_intent(
            c2pa.C2paBuilderIntent.EDIT if intent is None else intent,
            c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA,
        )
        with source.open("rb") as video, target.open("w+b") as copy:
            builder.sign(signer, "video/mp4", video, copy)


@pytest.mark.parametrize("kind", ["mp4", "mov"])
def test_a_copy_says_made_by_ai_and_which_video_it_is_a_copy_of(kind: str, videos: Path, tmp_path: Path) -> None:
    source, copy = videos / f"video.{kind}", tmp_path / f"copy.{kind}"
    before = hash_of(source)
    written = write_label(source, copy, "alley", CLAIM, signing())
    assert written == read_label(copy)
    assert (written.sha256, written.source_type, written.intact) == ("ab" * 32, MADE_BY_AI, True)
    assert (written.signer, written.trusted, written.stamped_at) == (signers.STUDIO, None, None)
    assert (hash_of(source), hash_of(copy) == before) == (before, False)


def test_the_signer_has_to_be_certified_by_the_trust_list_if_there_is_one(videos: Path, tmp_path: Path) -> None:
    source, copy = videos / "video.mp4", tmp_path / "copy.mp4"
    own, other = signers.root(), signers.certificate_of_a_stranger()
    assert write_label(source, copy, "copy.mp4", CLAIM, replace(signing(), trusted=own)).trusted is True
    with pytest.raises(LabelError, match="no certificate of the trust list certifies the signer"):
        write_label(source, copy, "copy.mp4", CLAIM, replace(signing(), trusted=other))
    for trusted, answer in ((own, True), (other, False), (None, None)):
        found = read_label(copy, trusted)
        assert found is not None
        assert (found.trusted, found.intact) == (answer, True)


def test_the_manifest_is_that_of_a_creation_by_a_model_and_holds_nothing_else(videos: Path, tmp_path: Path) -> None:
    import c2pa

    write_label(videos / "video.mp4", tmp_path / "copy.mp4", "copy.mp4", CLAIM, signing())
    with c2pa.Reader(tmp_path / "copy.mp4") as reader:
        manifest = reader.get_active_manifest()
    found = {item["label"]: item["data"] for item in manifest["assertions"]}
    (created,) = found["c2pa.actions.v2"]["actions"]
    assert (created["action"], created["digitalSourceType"]) == ("c2pa.created", MADE_BY_AI)
    assert created["softwareAgent"]["name"] == "LTX-2 Pro (lightricks:2@0)"
    assert created["when"].startswith("2026-11-22T10:01:12")
    assert found["org.ltxspec.take"] == {"sha256": "ab" * 32, "model": "lightricks:2@0"}
    assert found.keys() == {"c2pa.actions.v2", "c2pa.hash.bmff.v3", "org.ltxspec.take"}
    assert (manifest["title"], manifest["claim_generator_info"][0]["name"]) == ("copy.mp4", "ltxspec")
    assert manifest.get("ingredients", []) == []


def test_a_copy_that_was_changed_after_it_was_labelled_is_not_intact(videos: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    write_label(videos / "video.mp4", copy, "copy.mp4", CLAIM, signing())
    change(copy)
    found = read_label(copy)
    assert found is not None
    assert (found.sha256, found.intact) == ("ab" * 32, False)
    assert "assertion.bmffHash.mismatch" in found.problems


def test_the_label_is_found_below_the_manifest_that_an_editor_adds(videos: Path, tmp_path: Path) -> None:
    copy, edited = tmp_path / "copy.mp4", tmp_path / "edited.mp4"
    write_label(videos / "video.mp4", copy, "copy.mp4", CLAIM, signing())
    sign_again(copy, edited)
    found = read_label(edited)
    assert found is not None
    assert (found.sha256, found.source_type, found.intact) == ("ab" * 32, MADE_BY_AI, True)


def test_a_copy_that_was_changed_before_an_editor_signed_it_is_not_intact(videos: Path, tmp_path: Path) -> None:
    copy, edited = tmp_path / "copy.mp4", tmp_path / "edited.mp4"
    write_label(videos / "video.mp4", copy, "copy.mp4", CLAIM, signing())
    change(copy)
    sign_again(copy, edited)
    found = read_label(edited)
    assert found is not None
    assert (found.sha256, found.intact) == ("ab" * 32, False)


def test_a_manifest_that_the_provider_put_into_the_video_stays(videos: Path, tmp_path: Path) -> None:
    import c2pa

    source, copy = tmp_path / "video.mp4", tmp_path / "copy.mp4"
    sign_again(videos / "video.mp4", source, c2pa.C2paBuilderIntent.CREATE)
    assert read_label(source) is None
    written = write_label(source, copy, "copy.mp4", CLAIM, signing())
    assert (written.sha256, written.source_type, written.intact) == ("ab" * 32, MADE_BY_AI, True)
    with c2pa.Reader(copy) as reader:
        store = json.loads(reader.json())
    titles = {manifest["title"]: len(manifest.get("ingredients", [])) for manifest in store["manifests"].values()}
    assert titles == {"copy.mp4": 1, "cut": 0}


def test_a_time_stamp_is_that_of_an_authority_and_one_that_does_not_answer_is_an_error(
    videos: Path, tmp_path: Path
) -> None:
    source, copy = videos / "video.mp4", tmp_path / "copy.mp4"
    with time_stamping(tmp_path) as address:
        stamped = write_label(source, copy, "copy.mp4", CLAIM, replace(signing(), time_stamps=address))
    assert stamped.intact
    assert stamped.stamped_at is not None
    assert datetime.fromisoformat(stamped.stamped_at) <= SystemClock().now()
    with pytest.raises(LabelError, match="the label cannot be written: "):
        write_label(source, copy, "copy.mp4", CLAIM, replace(signing(), time_stamps=address))
    assert write_label(source, copy, "copy.mp4", CLAIM, signing()).stamped_at is None


@pytest.mark.parametrize("content", [b"", b"film", b"\x89PNG\r\n\x1a\n"])
def test_what_has_no_label_has_none(content: bytes, videos: Path, tmp_path: Path) -> None:
    assert read_label(videos / "video.mp4") is None
    (tmp_path / "x.mp4").write_bytes(content)
    assert read_label(tmp_path / "x.mp4") is None
    assert read_label(tmp_path / "none.mp4") is None


def test_what_cannot_be_labelled_is_an_error_without_the_key(videos: Path, tmp_path: Path) -> None:
    chain, key = signers.signer()
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    for source, given in (
        (tmp_path / "broken.mp4", signing()),
        (videos / "video.mp4", Signing(chain, b"-----BEGIN s3cret", "es256")),
        (videos / "video.mp4", Signing(b"", key, "es256")),
    ):
        with pytest.raises(LabelError, match="the label cannot be written: ") as caught:
            write_label(source, tmp_path / "copy.mp4", "copy.mp4", CLAIM, given)
        assert "s3cret" not in str(caught.value)


def test_a_certificate_that_c2pa_does_not_accept_is_an_error(videos: Path, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.generate_private_key(ec.SECP256R1())
    own = signers.certificate("Me", key, key, "Me", signers.END, is_root=True).public_bytes(Encoding.PEM)
    with pytest.raises(LabelError):
        write_label(videos / "video.mp4", tmp_path / "c.mp4", "c.mp4", CLAIM, Signing(own, signers.pem(key), "es256"))


def test_without_the_extra_labels_are_not_written_and_not_seen(
    videos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "is_installed", lambda: False)
    with pytest.raises(LabelError) as caught:
        write_label(videos / "video.mp4", tmp_path / "copy.mp4", "copy.mp4", CLAIM, signing())
    assert caught.value.hint == "`pip install 'ltxspec[c2pa]'`"
    assert read_label(videos / "video.mp4") is None


def test_an_extra_that_does_not_load_is_an_error_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: Any = None
    monkeypatch.setattr(labels, "is_installed", lambda: True)
    monkeypatch.setitem(sys.modules, "c2pa", broken)
    with pytest.raises(LabelError, match="`c2pa-python` does not load"):
        labels.library()
