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


def test_a_shot_that_is_not_rendered_yet_is_named_beside_the_others_and_how_to_render_it(rendered: Path) -> None:
    (video,) = ltxspec("output", "night.alley", cwd=rendered).out.splitlines()
    said = (
        "warning: `night.weather[fog]` has no finished video yet\n"
        "hint: not rendered yet: `ltxspec apply --target 'night.weather[fog]'` orders it\n"
    )
    for given, out in (((), []), (("night.alley",), [video])):
        done = ltxspec("output", "night.weather[fog]", *given, cwd=rendered, check=3)
        assert (done.out.splitlines(), done.err) == (out, said)
    several = ltxspec("output", "night.w*", "night.fl*", cwd=rendered, check=3)
    assert several.err.count("has no finished video yet") == 3
    assert several.err.endswith("hint: not rendered yet: `ltxspec apply --target 'night.w*'` orders it\n")
    alone = ltxspec("output", "night.weather/fog", "--url", "--format", "json", cwd=rendered, check=3).json
    assert (alone["address"], alone["outputs"], alone["shots"]) == ("night.weather[fog]", [], [])
    assert alone["missing"] == ["night.weather[fog]"]
    unknown = ltxspec("output", "night.fog", "night.alley", cwd=rendered, check=1)
    assert unknown.err.startswith("error[unknown-address]: no lockfile contains `night.fog`")


def test_wildcards_mean_several_shots_and_those_without_a_video_are_named(rendered: Path) -> None:
    (one,) = ltxspec("output", "night.alley", cwd=rendered).out.splitlines()
    done = ltxspec("output", "night.*", cwd=rendered, check=3)
    assert done.out.splitlines() == [one]
    assert done.err.splitlines() == [
        f"warning: `night.{shot}` has no finished video yet" for shot in ("flagged", "weather[rain]", "weather[fog]")
    ]
    document = ltxspec("output", "night.flagged", "night.alley", "--format", "json", cwd=rendered, check=3).json
    assert [shot["address"] for shot in document["shots"]] == [document["address"]] == ["night.alley"]
    assert (document["shots"][0]["outputs"], document["missing"]) == (document["outputs"], ["night.flagged"])
    refused = ltxspec("output", "night.fl*", cwd=rendered, check=1).err
    assert refused.startswith("error[no-video]: no shot of `night.fl*` has a finished video yet\n")
