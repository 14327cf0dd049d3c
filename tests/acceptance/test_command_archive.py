"""`ltxspec archive`: videos are fetched, checked, and dropped when nothing names them."""

from pathlib import Path

from acceptance.commands import ltxspec, quick


def videos(project: Path) -> list[Path]:
    return sorted((project / ".ltxspec" / "archive").glob("??/*.mp4"))


def test_a_lost_video_is_noticed_and_fetched_again(rendered: Path) -> None:
    assert quick("archive", "verify", cwd=rendered).out == "2 videos verified, 0 not.\n"
    assert quick("archive", "verify", "--current", cwd=rendered).out == "1 video verified, 0 not.\n"
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


def test_superseded_takes_are_kept_and_only_what_nothing_names_goes(rendered: Path) -> None:
    gc = ("archive", "gc", "--min-age", "0")
    assert len(videos(rendered)) == 2
    assert quick(*gc, cwd=rendered).out == "0 videos, 0.0 MB.\n"
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    assert " stay, younger than 7 days.\n0 videos, 0.0 MB.\n" in quick("archive", "gc", cwd=rendered).out
    assert quick(*gc, "--dry-run", cwd=rendered).out.count("would drop .ltxspec/archive/") == 2
    assert len(videos(rendered)) == 2
    out = quick(*gc, cwd=rendered).out
    assert out.count(" MB, 0 days old): no lockfile and no journal names it\n") == 2
    assert videos(rendered) == []


def test_what_gc_does_can_be_read_by_programs(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    document = quick("archive", "gc", "--dry-run", "--min-age", "0", "--format", "json", cwd=rendered).json
    assert document["dryRun"]
    assert [item["file"] for item in document["dropped"]] == [
        video.relative_to(rendered).as_posix() for video in videos(rendered)
    ]
    assert document["bytes"] == sum(video.stat().st_size for video in videos(rendered))
    kept = quick("archive", "gc", "--format", "json", cwd=rendered).json
    assert (kept["dropped"], kept["tooYoung"]) == ([], document["dropped"])


def test_nothing_goes_while_an_apply_is_at_work(rendered: Path) -> None:
    from ltxspec.cli.project import open_project
    from ltxspec.cli.session import Session
    from ltxspec.storage.state import open_state

    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    with open_state(open_project(Session(str(rendered))).paths_of("night"), command="apply"):
        result = quick("archive", "gc", "--min-age", "0", "--provider", "runware", cwd=rendered, check=5)
    assert "`apply`" in result.err
    assert len(videos(rendered)) == 2


def test_takes_that_were_superseded_are_fetched_and_checked_too(rendered: Path) -> None:
    for video in videos(rendered):
        video.unlink()
    assert quick("archive", "verify", cwd=rendered, check=3).out.count("night.alley") == 2
    assert quick("archive", "verify", "--current", cwd=rendered, check=3).out.count("night.alley") == 1
    result = quick("archive", "pull", cwd=rendered)
    assert (result.out, len(videos(rendered))) == ("2 fetched, 0 missing.\n", 2)
    assert quick("archive", "verify", cwd=rendered).out == "2 videos verified, 0 not.\n"


def test_a_damaged_lockfile_hides_no_other_from_pull_and_verify(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "day.lock.json").write_text("{")
    videos(rendered)[0].unlink()
    assert "2 videos verified" not in quick("archive", "verify", cwd=rendered, check=3).out
    result = quick("archive", "pull", cwd=rendered, check=3)
    assert result.out == "1 fetched, 0 missing.\n"
    assert "error[lockfile]" in result.err
    assert "error[lockfile]" in quick("archive", "verify", cwd=rendered, check=3).err


def test_a_video_of_a_user_beside_the_links_survives_every_command(rendered: Path) -> None:
    folder = rendered / "renders" / "sandbox" / "night"
    (folder / "alley.mp4").unlink()
    (folder / "alley.mp4").write_text("my own cut")
    (folder / "alley.1.mp4").write_text("another")
    assert "was not made by ltxspec" in quick("archive", "pull", cwd=rendered).err
    assert "was not made by ltxspec" in quick("pick", "night.alley", "--take", "1", cwd=rendered).err
    out = quick("apply", "--target", "night.alley", "--retake", "night.alley", cwd=rendered, check=None)
    assert "without its link" in out.out + out.err
    assert (folder / "alley.mp4").read_text() == "my own cut"
    assert (folder / "alley.1.mp4").read_text() == "another"


def test_links_that_lead_out_of_the_project_are_refused_before_anything_is_ordered(rendered: Path) -> None:
    outside = rendered.parent / "outside"
    outside.mkdir()
    (outside / "alley.mp4").symlink_to(videos(rendered)[0])
    for place in ("renders", "renders/sandbox", "renders/sandbox/night", ".ltxspec/archive", ".ltxspec"):
        kept = rendered.parent / "kept"
        (rendered / place).rename(kept)
        (rendered / place).symlink_to(outside)
        result = quick("apply", "--retake", "night.alley", "--target", "night.alley", cwd=rendered, check=1)
        assert f"`{place}` leads out of the project" in result.err
        (rendered / place).unlink()
        kept.rename(rendered / place)
        assert [path.name for path in outside.iterdir()] == ["alley.mp4"]
    assert len(quick("show", "night.alley", "--format", "json", cwd=rendered).json[0]["takes"]) == 2
