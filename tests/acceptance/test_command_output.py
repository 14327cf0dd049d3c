"""`ltxspec output`: one line for a script."""

from pathlib import Path

from acceptance.commands import ltxspec


def test_the_file_can_be_opened_from_where_the_command_was_typed(rendered: Path) -> None:
    for cwd, arguments in (
        (rendered, ()),
        (rendered / "specs", ()),
        (rendered.parent, ("-C", "project")),
    ):
        (line,) = ltxspec(*arguments, "output", "night.alley", cwd=cwd).out.splitlines()
        assert (cwd / line).resolve() == (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()


def test_the_address_at_the_provider_is_told_on_request(rendered: Path) -> None:
    assert ltxspec("output", "night.alley", "--url", cwd=rendered).out.startswith("http")
    (output,) = ltxspec("output", "night.alley", "--url", "--format", "json", cwd=rendered).json["outputs"]
    assert (output["file"], output["cost"]) == (None, "0.54")


def test_a_shot_without_a_video_has_no_output(rendered: Path) -> None:
    refused = ltxspec("output", "night.flagged", cwd=rendered, check=1)
    assert refused.out == ""
    assert refused.err.startswith("error[no-video]: `night.flagged` has no finished video yet\n")


def test_one_shot_is_meant(rendered: Path) -> None:
    refused = ltxspec("output", "night.*", cwd=rendered, check=1).err
    assert "matches 2 shots" in refused
    assert "`night.alley`, `night.flagged`" in refused
