"""`ltxspec archive`: videos are fetched, checked, and dropped when nothing names them."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

SHORT = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\n"
SANDBOX = "[provider]\nname = 'sandbox'\n[sandbox]\nspeed = 1000\n"


def videos(project: Path) -> list[Path]:
    return sorted((project / ".ltxspec" / "archive").glob("??/*.mp4"))


def test_a_lost_video_is_noticed_and_fetched_again(rendered: Path) -> None:
    assert ltxspec("archive", "verify", cwd=rendered).out == "2 videos verified, 0 damaged or missing.\n"
    assert ltxspec("archive", "verify", "--current", cwd=rendered).out == "1 video verified, 0 damaged or missing.\n"
    lost = (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()
    content = lost.read_bytes()
    lost.unlink()
    assert "night.alley: " in ltxspec("archive", "verify", cwd=rendered, check=3).out
    assert ltxspec("archive", "pull", cwd=rendered).out == "1 fetched, 0 missing.\n"
    assert lost.read_bytes() == content
    assert ltxspec("archive", "pull", "night.alley", cwd=rendered).out == "0 fetched, 0 missing.\n"


def test_a_video_with_other_bytes_is_noticed(rendered: Path) -> None:
    video = (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()
    video.chmod(0o644)
    video.write_bytes(video.read_bytes()[:-1] + b"x")
    assert "night.alley: " in ltxspec("archive", "verify", cwd=rendered, check=3).out


def test_superseded_takes_are_kept_and_only_what_nothing_names_goes(rendered: Path) -> None:
    gc = ("archive", "gc", "--min-age", "0")
    assert len(videos(rendered)) == 2
    assert ltxspec(*gc, cwd=rendered).out == "Nothing to drop.\n"
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    assert " are kept: younger than 7 days.\nNothing to drop.\n" in ltxspec("archive", "gc", cwd=rendered).out
    assert ltxspec(*gc, "--dry-run", cwd=rendered).out.count("would drop .ltxspec/archive/") == 2
    assert "\nWould drop 2 videos (" in ltxspec(*gc, "--dry-run", cwd=rendered).out
    assert len(videos(rendered)) == 2
    out = ltxspec(*gc, cwd=rendered).out
    assert out.count(" MB, 0 days old): no lockfile and no journal names it\n") == 2
    assert videos(rendered) == []


def test_quiet_commands_say_only_problems_and_the_last_line(rendered: Path) -> None:
    def quietly(*arguments: str, check: int = 0) -> str:
        done = ltxspec("-q", "archive", *arguments, cwd=rendered, check=check)
        return done.err + done.out

    with (rendered / "ltxspec.toml").open("a") as config:
        config.write(f'[store]\nurl = "{(rendered / "store").as_uri()}"\nfree = true\n')
    (rendered / "store").mkdir()
    assert quietly("push", "--dry-run").startswith("2 videos would be sent (")
    assert quietly("push").startswith("2 videos sent (")
    first, second = videos(rendered)
    first.unlink()
    assert quietly("pull", "--dry-run") == "0 fetched, 1 missing.\n"
    assert quietly("pull") == "1 fetched, 0 missing.\n"
    second.chmod(0o644)
    second.write_bytes(b"x")
    assert quietly("verify", check=3).count("\n") == 3, "a problem, the last line and the cure"
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    assert quietly("gc") == "Nothing to drop.\n"
    assert quietly("gc", "--min-age", "0").startswith("Dropped 2 videos (")
    assert quietly("gc", "--store", "--min-age", "0").startswith("Would drop 2 videos (")


def test_a_quiet_pull_names_what_it_cannot_read(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").write_text("{")
    assert ltxspec("-q", "archive", "pull", cwd=rendered, check=3).err.startswith("error[")


def test_what_gc_does_can_be_read_by_programs(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    document = ltxspec("archive", "gc", "--dry-run", "--min-age", "0", "--format", "json", cwd=rendered).json
    assert document["dryRun"]
    assert [item["file"] for item in document["dropped"]] == [
        video.relative_to(rendered).as_posix() for video in videos(rendered)
    ]
    assert document["bytes"] == sum(video.stat().st_size for video in videos(rendered))
    kept = ltxspec("archive", "gc", "--format", "json", cwd=rendered).json
    assert (kept["dropped"], kept["tooYoung"]) == ([], document["dropped"])


def test_nothing_goes_while_an_apply_is_at_work(rendered: Path) -> None:
    from ltxspec.project.project import open_project
    from ltxspec.storage.state import open_state

    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").unlink()
    with open_state(open_project(rendered).paths_of("night"), command="apply"):
        result = ltxspec("archive", "gc", "--min-age", "0", "--provider", "runware", cwd=rendered, check=5)
    assert "`apply`" in result.err
    assert len(videos(rendered)) == 2


def test_takes_that_were_superseded_are_fetched_and_checked_too(rendered: Path) -> None:
    for video in videos(rendered):
        video.unlink()
    assert ltxspec("archive", "verify", cwd=rendered, check=3).out.count("night.alley") == 2
    assert ltxspec("archive", "verify", "--current", cwd=rendered, check=3).out.count("night.alley") == 1
    result = ltxspec("archive", "pull", cwd=rendered)
    assert (result.out, len(videos(rendered))) == ("2 fetched, 0 missing.\n", 2)
    assert ltxspec("archive", "verify", cwd=rendered).out == "2 videos verified, 0 damaged or missing.\n"


def test_a_damaged_lockfile_hides_no_other_from_pull_and_verify(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "day.lock.json").write_text("{")
    videos(rendered)[0].unlink()
    assert "2 videos verified" not in ltxspec("archive", "verify", cwd=rendered, check=3).out
    result = ltxspec("archive", "pull", cwd=rendered, check=3)
    assert result.out == "1 fetched, 0 missing.\n"
    for said in (result.err, ltxspec("archive", "verify", cwd=rendered, check=3).err):
        assert "error[lockfile]" in said
        assert "`git checkout -- " in said, "the cure"


def test_a_video_of_a_user_beside_the_links_survives_every_command(rendered: Path) -> None:
    folder = rendered / "renders" / "sandbox" / "night"
    (folder / "alley.mp4").unlink()
    (folder / "alley.mp4").write_text("my own cut")
    (folder / "alley.1.mp4").write_text("another")
    assert "was not created by ltxspec" in ltxspec("archive", "pull", cwd=rendered).err
    assert "was not created by ltxspec" in ltxspec("pick", "night.alley", "--take", "1", cwd=rendered).err
    out = ltxspec("apply", "--target", "night.alley", "--retake", "night.alley", cwd=rendered, check=None)
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
        result = ltxspec("apply", "--retake", "night.alley", "--target", "night.alley", cwd=rendered, check=1)
        assert f"`{place}` leads out of the project" in result.err
        (rendered / place).unlink()
        kept.rename(rendered / place)
        assert [path.name for path in outside.iterdir()] == ["alley.mp4"]
    assert len(ltxspec("show", "night.alley", "--format", "json", cwd=rendered).json["shots"][0]["takes"]) == 2


@pytest.mark.parametrize("place", ["shared", "a/.ltxspec/archive"])
def test_projects_that_share_an_archive_drop_only_their_own(tmp_path: Path, place: str) -> None:
    """The archive is a folder beside the projects, or the one of the first project."""
    for name in "abc":
        (tmp_path / name).mkdir()
        write_spec(tmp_path / name, f"{SHORT}shots:\n  alley: {{prompt: film {name}}}\n")
        (tmp_path / name / "ltxspec.toml").write_text(
            f"{SANDBOX}[project]\nid = '{name}'\n[archive]\nurl = '../{place}'\n"
        )
    for name in "ab":
        ltxspec("apply", cwd=tmp_path / name)
    link = Path("renders", "sandbox", "night", "alley.mp4")
    first, second = ((tmp_path / name / link).resolve() for name in "ab")
    for name in "abc":
        shutil.rmtree(tmp_path / name / ".ltxspec" / "sandbox", ignore_errors=True)
    gc = ("archive", "gc", "--min-age", "0")
    told = ltxspec(*gc, cwd=tmp_path / "c").out
    assert told.startswith("2 more (")
    assert told.endswith("Nothing to drop.\n")
    assert "\nDropped 1 video (" in ltxspec(*gc, cwd=tmp_path / "a").out
    assert (first.exists(), second.exists()) == (False, True)
    document = ltxspec(*gc, "--format", "json", cwd=tmp_path / "b").json
    assert ([item["sha256"] for item in document["dropped"]], document["shared"]) == ([second.stem], [])
    assert not second.exists()


def test_what_an_earlier_version_archived_in_a_shared_folder_stays(rendered: Path) -> None:
    """It kept no list, so nobody knows whose a video is, until a lockfile that names it is used again."""
    shared = rendered.with_name("shared")
    (rendered / ".ltxspec" / "archive").rename(shared)
    (rendered / "ltxspec.toml").write_text(f"{SANDBOX}[project]\nid = 'a'\n[archive]\nurl = '../shared'\n")
    lockfile = rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json"
    kept = lockfile.read_bytes()
    lockfile.unlink()
    gc = ("archive", "gc", "--min-age", "0")
    assert ltxspec(*gc, cwd=rendered).out.startswith("2 more (")
    lockfile.write_bytes(kept)
    ltxspec("archive", "pull", cwd=rendered)
    lockfile.unlink()
    assert "\nDropped 2 videos (" in ltxspec(*gc, cwd=rendered).out
