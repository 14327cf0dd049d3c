from typing import Any

from storyboards import pending, shot, take

from ltxspec.plan.actions import FieldChange
from ltxspec.report.storyboard.prompts import causes_of, fields_of, parameters_of, prompt_of
from ltxspec.review.models import Cause, CauseKind, ShotKind


def changed(before: str | None, after: str | None) -> Any:
    return shot("alley", ShotKind.RENDERED, prompt_before=before, prompt_after=after)


def test_a_changed_prompt_is_compared_word_by_word() -> None:
    prompt = prompt_of(changed("slow rain on the city", "fast rain on a city"))
    assert prompt is not None
    assert prompt.heading == "Prompt: 2 words out, 2 words in"
    assert [(part.kind, part.text) for part in prompt.segments][:3] == [
        ("delete", "slow "),
        ("insert", "fast "),
        ("equal", "rain on "),
    ]


def test_a_prompt_of_one_side_is_shown_plain() -> None:
    headings = [prompt_of(changed(*sides)) for sides in ((None, "new"), ("old", None), ("same", "same"))]
    assert [(item.heading, item.segments[0].text) for item in headings if item] == [
        ("Prompt", "new"),
        ("Prompt", "old"),
        ("Prompt, unchanged", "same"),
    ]


def test_white_space_alone_is_said_in_words() -> None:
    prompt = prompt_of(changed("a b", "a  b"))
    assert prompt is not None
    assert prompt.heading == "Prompt: only white space changed"


def test_another_unicode_form_alone_is_said_in_words() -> None:
    prompt = prompt_of(changed("a caf\u00e9", "a cafe\u0301"))
    assert prompt is not None
    assert prompt.heading == "Prompt: same letters, other Unicode form (NFC → NFD)"


def test_no_prompt_is_none() -> None:
    assert prompt_of(changed(None, None)) is None


def test_fields_are_named_as_readers_say_them_and_the_prompt_is_not_told_twice() -> None:
    changes = (
        FieldChange("/positivePrompt", "a", "b"),
        FieldChange("/providerSettings/maker/generateAudio", None, 1),
        FieldChange("/negativePrompt", "blurry " * 9, "grainy " * 9),
    )
    fields = fields_of(shot("alley", ShotKind.RENDERED, take(1, "a"), take(2, "b"), changes=changes))
    assert (fields[0].name, fields[0].before, fields[0].after) == ("generateAudio", "unset", "1")
    assert [part.kind for part in fields[1].segments] == ["delete", "insert"]
    assert len(fields) == 2


def test_a_prompt_without_its_other_side_stays_among_the_fields() -> None:
    changes = (FieldChange("/positivePrompt", None, "b"),)
    assert len(fields_of(shot("alley", ShotKind.RENDERED, after=take(2, "b"), changes=changes))) == 1


def test_causes_outside_of_the_shot_are_told_with_their_values() -> None:
    causes = (
        Cause(CauseKind.PROMPT, "alley"),
        Cause(CauseKind.VARIABLE, "city", "Porto", "Lisbon"),
        Cause(CauseKind.FILE, "prompts/street.j2"),
    )
    told = causes_of(shot("alley", ShotKind.RENDERED, causes=causes))
    assert told == ("variable city: Porto → Lisbon", "file prompts/street.j2")


def test_parameters_are_those_of_what_is_newest() -> None:
    old, new = take(1, "a", duration=6), take(2, "b", duration=8)
    wanted = pending("alley", "c")
    found = {
        "after": dict(parameters_of(shot("alley", ShotKind.RENDERED, old, new))),
        "change": dict(parameters_of(shot("alley", ShotKind.PENDING, old, change=wanted))),
        "before": dict(parameters_of(shot("alley", ShotKind.RETIRED, old))),
    }
    assert [found[name]["duration"] for name in ("after", "change", "before")] == ["8", "8", "6"]
    assert found["change"]["width"] == "1920"
    assert "prompt" not in found["after"]
    assert parameters_of(shot("alley", ShotKind.RETIRED)) == []


def test_what_is_far_from_a_difference_is_apart_and_nothing_is_lost() -> None:
    text = [f"w{number}" for number in range(60)]
    before, after = " ".join(["slow", *text, "rain", *text]), " ".join(["fast", *text, "snow", *text])
    prompt = prompt_of(changed(before, after))
    assert prompt is not None
    far = [piece.text.split() for piece in prompt.pieces if piece.far]
    assert far == [text[7:-7], text[7:]]
    assert "".join(piece.text for piece in prompt.pieces if piece.kind != "delete") == after


def test_a_short_or_unchanged_prompt_has_nothing_far() -> None:
    for sides in (("slow rain on a city", "fast rain on a city"), ("same " * 99, "same " * 99)):
        prompt = prompt_of(changed(*sides))
        assert prompt is not None
        assert not any(piece.far for piece in prompt.pieces)


def test_a_text_without_spaces_has_far_parts_as_well() -> None:
    prompt = prompt_of(changed("雨" + "夜" * 80, "雪" + "夜" * 80))
    assert prompt is not None
    assert [len(piece.text) for piece in prompt.pieces if piece.far] == [73]
