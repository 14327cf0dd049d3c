"""Upload addresses that several videos would share."""

from unit.render.project import SIZE, render


def test_one_upload_url_cannot_take_two_files() -> None:
    text = SIZE + "shots: {a: {prompt: hi, numberResults: 2, uploadEndpoint: 'https://a.b/c'}}\n"
    assert render(text).codes == ["conflicting-parameters"]
    own = "{prompt: hi, uploadEndpoint: 'https://a.b/c?s=x'}"
    shared = render(SIZE + f"shots: {{a: {own}, b: {own}}}\n")
    assert (shared.codes, shared.problem.severity) == (["shared-upload"], "warning")
    assert shared.problem.message == "`b` uploads to the same URL as `a`"


def test_an_upload_url_of_all_shots_is_warned_of_once_where_it_is_set() -> None:
    shots = "shots: {a: {prompt: hi}, b: {prompt: ho}, c: {prompt: he}}\n"
    shared = render(SIZE.replace("}", ", uploadEndpoint: 'https://a.b/c?s=x'}") + shots)
    assert (shared.codes, shared.problem.severity) == (["shared-upload"], "warning")
    assert shared.problem.message == "3 videos are uploaded to the same URL: `uploadEndpoint` is set in `defaults`"
    assert shared.problem.where is not None
    configured = render(SIZE + shots, delivery={"uploadEndpoint": "https://a.b/c?s=x"})
    assert configured.problem.message.endswith("`uploadEndpoint` is set in `[delivery]` of the configuration")
    assert (
        render(SIZE + shots.split(", b", maxsplit=1)[0] + "}\n", delivery={"uploadEndpoint": "https://a.b/c"}).codes
        == []
    )
