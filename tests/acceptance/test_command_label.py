"""`ltxspec label`: a copy that says "made by AI" and is verified; the archived video stays what it was."""

from pathlib import Path

import pytest
import signers
from acceptance.commands import ltxspec, process

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@pytest.fixture
def signed(rendered: Path) -> Path:
    """A project with takes, and certificate and key of a signer."""
    signers.write_signer(rendered)
    return rendered


SIGN = ("--cert", "chain.pem", "--key", "key.pem")


def archive(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((project / ".ltxspec" / "archive").glob("??/*.mp4"))}


def test_a_copy_is_labelled_and_found_again_and_the_original_never_changes(signed: Path, tmp_path: Path) -> None:
    before = archive(signed)
    done = ltxspec("label", "night.alley", "-o", "alley.mp4", *SIGN, cwd=signed)
    assert done.out == "alley.mp4: night.alley take 2, labelled as trainedAlgorithmicMedia, signed by Example Studio\n"
    assert "warning: the sandbox's videos are no AI videos: its labels are a rehearsal" in done.err
    assert "hint: whether viewers trust the signer was not checked" in done.err
    assert archive(signed) == before
    copy = tmp_path / "elsewhere" / "final.mp4"
    copy.parent.mkdir()
    (signed / "alley.mp4").rename(copy)
    found = ltxspec("whence", str(copy), "--format", "json", cwd=signed).json
    (take,) = found["takes"]
    assert (take["address"], take["take"], take["current"]) == ("night.alley", 2, True)
    label = found["label"]
    assert (label["digitalSourceType"], label["intact"], label["signer"]) == (AI, True, "Example Studio")
    assert f"{label['original']}.mp4" in before
    text = ltxspec("whence", str(copy), cwd=signed).out
    assert "a labelled copy (trainedAlgorithmicMedia, signed by Example Studio) of sha256 " in text
    copy.write_bytes(copy.read_bytes()[:-1])
    text = ltxspec("whence", str(copy), cwd=signed).out
    assert "whose label is not valid: " in text


def test_an_earlier_take_is_labelled_when_it_is_named_and_the_key_may_come_from_standard_input(signed: Path) -> None:
    arguments = ("label", "night.alley", "--take", "1", "-o", "one.mp4", *SIGN, "--trust", "root.pem")
    made = ltxspec(*arguments, "--format", "json", cwd=signed).json
    assert (made["take"], made["label"]["digitalSourceType"], made["label"]["trusted"]) == (1, AI, True)
    assert made["sha256"] != made["label"]["original"]
    done = process("label", "night.alley", "-o", "x.mp4", "--cert", "chain.pem", "--key", "-", cwd=signed, check=1)
    assert "the key is not a private key in PEM form" in done.err  # standard input is empty there


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("night.alley", "-o", "x.mov", *SIGN), 64, "the copy has to be named `….mp4`, like the video"),
        (("night.alley", "-o", "none/x.mp4", *SIGN), 1, "there is no such folder"),
        (("night.alley", "-o", "renders/sandbox/night/x.mp4", *SIGN), 64, "which holds the videos as they were made"),
        (("night.alley", "-o", ".ltxspec/archive/x.mp4", *SIGN), 64, "the copy cannot be in `.ltxspec/archive`"),
        (("night.alley", "-o", "x.mp4", "--cert", "none.pem", "--key", "key.pem"), 64, "`none.pem` cannot be read"),
        (
            ("night.alley", "-o", "x.mp4", "--cert", "key.pem", "--key", "key.pem"),
            1,
            "certificates are not in PEM form",
        ),
        (("night.alley", "-o", "x.mp4", *SIGN, "--take", "7"), 64, "no take 7"),
        (("night.aley", "-o", "x.mp4", *SIGN), 1, "did you mean `night.alley`?"),
        (("night.alley", *SIGN), 64, "--output"),
    ],
)
def test_what_cannot_be_labelled_is_an_error_and_writes_nothing(
    arguments: tuple[str, ...], code: int, words: str, signed: Path
) -> None:
    before = archive(signed)
    assert words in ltxspec("label", *arguments, cwd=signed, check=code).err
    assert list(signed.rglob("*x.m*")) == []
    assert archive(signed) == before
