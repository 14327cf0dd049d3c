"""`ltxspec archive`: videos come home, are checked, and go when nothing refers to them."""

from pathlib import Path

from acceptance.commands import ltxspec, quick


def videos(project: Path) -> list[Path]:
    return sorted((project / ".ltxspec" / "archive").glob("??/*.mp4"))


def test_a_lost_video_is_noticed_and_fetched_again(rendered: Path) -> None:
    assert quick("archive", "verify", cwd=rendered).out == "2 videos verified, 0 not.\n"
    assert quick("archive", "verify", "--current", cwd=rendered).out == "1 videos verified, 0 not.\n"
    lost = (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()
    content = lost.read_bytes()
    lost.unlink()
    assert "night.alley: " in quick("archive", "verify", cwd=rendered, check=3).out
    assert ltxspec("archive", "pull", cwd=rendered).out == "1 fetched, 0 missing.\n"
    assert lost.read_bytes() == content
    assert ltxspec("archive", "pull", "night.alley", cwd=rendered).out == "0 fetched, 0 missing.\n"


def test_a_video_with_other_bytes_is_noticed(rendered: Path) -> None:
    video = (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()
    video.chmod(0o644)
    video.write_bytes(video.read_bytes()[:-1] + b"x")
    assert "night.alley: " in quick("archive", "verify", cwd=rendered, check=3).out


def test_superseded_takes_are_kept_and_only_loose_videos_go(rendered: Path) -> None:
    assert len(videos(rendered)) == 2
    assert quick("archive", "gc", cwd=rendered).out == "0 videos, 0.0 MB.\n"
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    assert quick("archive", "gc", "--dry-run", cwd=rendered).out.count("would drop ") == 2
    assert len(videos(rendered)) == 2
    assert quick("archive", "gc", cwd=rendered).out.count("dropped ") == 2
    assert videos(rendered) == []
