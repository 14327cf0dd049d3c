"""What a user reads when a parameter is wrong."""

import json
from typing import Any

import pytest

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.validation import ParameterProblem, validate

BODY = {
    "taskType": "videoInference",
    "model": "lightricks:2@0",
    "positivePrompt": "A cat.",
    "width": 1920,
    "height": 1080,
}
IMAGE_FORMS = "must be a local path, an http or https URL, a data URI or the UUID of an uploaded image"
URL = "https://example.com/put?X-Signature=secret"


def problems(target: Model, /, **params: Any) -> list[ParameterProblem]:
    """What is wrong with a good body after setting (or, by None, removing) parameters."""
    return validate(target, {key: value for key, value in {**BODY, **params}.items() if value is not None})


def only(found: list[ParameterProblem]) -> ParameterProblem:
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("params", "path", "code", "message", "hint"),
    [
        (
            {"fps": "25"},
            ("fps",),
            "wrong-type",
            '`fps` must be a whole number, not the text "25"',
            "write `25` without quotes, or let a template give a number: `{{ … | int }}`",
        ),
        ({"fps": True}, ("fps",), "wrong-type", "`fps` must be a whole number, not `true`", None),
        ({"fps": 25.5}, ("fps",), "wrong-type", "`fps` must be a whole number, not `25.5`", None),
        ({"duration": 7}, ("duration",), "not-allowed", "`duration` must be `6`, `8` or `10`, not `7`", None),
        (
            {"outputFormat": "mp4"},
            ("outputFormat",),
            "not-allowed",
            '`outputFormat` must be `MP4`, `WEBM` or `MOV`, not the text "mp4"',
            "did you mean `MP4`?",
        ),
        (
            {"outputQuality": 5},
            ("outputQuality",),
            "out-of-range",
            "`outputQuality` must be between 20 and 99, not `5`",
            None,
        ),
        ({"ttl": 59}, ("ttl",), "out-of-range", "`ttl` must be at least 60, not `59`", None),
        (
            {"model": "lightricks:2@1"},
            ("model",),
            "not-allowed",
            '`model` must be `lightricks:2@0`, not the text "lightricks:2@1"',
            "did you mean `lightricks:2@0`?",
        ),
        ({"taskType": None}, ("taskType",), "missing-parameter", "`taskType` is missing", None),
        (
            {"durration": 6},
            ("durration",),
            "unknown-parameter",
            "`durration` is not a parameter of `LTX-2 Pro`",
            "did you mean `duration`?",
        ),
        (
            {"generateAudio": True},
            ("generateAudio",),
            "unknown-parameter",
            "`generateAudio` is not a parameter of `LTX-2 Pro`",
            "write it as `providerSettings.lightricks.generateAudio`",
        ),
        (
            {"safety": {"check": True}},
            ("safety", "check"),
            "unknown-parameter",
            "`safety.check` is not a parameter of `LTX-2 Pro`",
            "did you mean `safety.checkContent`?",
        ),
        (
            {"providerSettings": {"lightricks": {"generateAudio": "yes"}}},
            ("providerSettings", "lightricks", "generateAudio"),
            "wrong-type",
            '`providerSettings.lightricks.generateAudio` must be `true` or `false`, not the text "yes"',
            "YAML 1.2 reads `yes` as text; write `true`",
        ),
        (
            {"inputs": {"frameImages": "a.jpg"}},
            ("inputs", "frameImages"),
            "wrong-type",
            '`inputs.frameImages` must be a list, not the text "a.jpg"',
            "write it as a list: a line starting with `- ` for each item",
        ),
        (
            {"inputs": {"frameImages": ["a.jpg", "b.jpg"]}},
            ("inputs", "frameImages"),
            "wrong-count",
            "`inputs.frameImages` has 2 items, at most 1 is allowed",
            None,
        ),
        (
            {"inputs": {"frameImages": []}},
            ("inputs", "frameImages"),
            "wrong-count",
            "`inputs.frameImages` has 0 items, at least 1 is needed",
            None,
        ),
        (
            {"inputs": {"frameImages": [3]}},
            ("inputs", "frameImages", 0),
            "wrong-type",
            "`inputs.frameImages[0]` must be text or a mapping, not `3`",
            'put it in quotes: `"3"`',
        ),
        (
            {"inputs": {"frameImages": [{"frame": "first"}]}},
            ("inputs", "frameImages", 0, "image"),
            "missing-parameter",
            "`inputs.frameImages[0].image` is missing",
            None,
        ),
        (
            {"inputs": {"frameImages": [{"image": "a.jpg", "frame": "frist"}]}},
            ("inputs", "frameImages", 0, "frame"),
            "not-allowed",
            '`inputs.frameImages[0].frame` must be `first`, not the text "frist"',
            "did you mean `first`?",
        ),
        (
            {"inputs": {"frameImages": ["file:///a.jpg"]}},
            ("inputs", "frameImages", 0),
            "wrong-form",
            f"`inputs.frameImages[0]` {IMAGE_FORMS}",
            "for a local file write its path alone, without a scheme such as `file://`",
        ),
        (
            {"webhookURL": "example.com"},
            ("webhookURL",),
            "wrong-form",
            "`webhookURL` must be a complete URL, starting with `https://` or `http://`",
            None,
        ),
        (
            {"taskUUID": "aac49721-1964-081a-ae78-8a4e29b91402"},
            ("taskUUID",),
            "wrong-form",
            "`taskUUID` must be a UUID of version 4",
            None,
        ),
        (
            {"uploadEndpoint": URL, "numberResults": 2},
            ("uploadEndpoint",),
            "conflicting-parameters",
            "`uploadEndpoint` takes one file, but `numberResults` asks for 2",
            "what happens to the other files is not documented; leave one of the two out",
        ),
        (
            {"positivePrompt": "A"},
            ("positivePrompt",),
            "wrong-length",
            "the prompt has 1 character, at least 2 are needed",
            None,
        ),
        (
            {"duration": float("nan")},
            ("duration",),
            "not-a-number",
            "`duration` must be a number, not `NaN`",
            None,
        ),
        (
            {"ttl": 2**53},
            ("ttl",),
            "out-of-range",
            "`ttl` must be between -(2**53 - 1) and 2**53 - 1 to be sent exactly",
            None,
        ),
    ],
)
def test_a_problem_says_what_was_given_and_what_is_allowed(
    pro: Model, params: dict[str, Any], path: tuple[str | int, ...], code: str, message: str, hint: str | None
) -> None:
    assert only(problems(pro, **params)) == ParameterProblem(path, code, message, hint)


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "y", "n"])
def test_words_that_older_yaml_took_for_booleans_get_a_hint(pro: Model, word: str) -> None:
    hint = only(problems(pro, safety={"checkContent": word})).hint
    meant = "true" if word.casefold() in ("yes", "on", "y") else "false"
    assert hint == f"YAML 1.2 reads `{word}` as text; write `{meant}`"


def test_null_is_told_to_go(pro: Model) -> None:
    found = validate(pro, {**BODY, "duration": None, "outputFormat": None})
    assert [(p.message, p.hint) for p in found] == [
        ("`duration` must be a number, not `null`", "give it a value, or remove the line"),
        ("`outputFormat` must be text, not `null`", "give it a value, or remove the line"),
    ]


# --- keywords that the shipped models do not use -----------------------------------------------------------------

KEYWORDS: list[tuple[dict[str, Any], Any, str]] = [
    ({"exclusiveMinimum": 0}, 0, "`p` must be more than 0, not `0`"),
    ({"exclusiveMaximum": 1}, 1.5, "`p` must be less than 1, not `1.5`"),
    ({"maximum": 4}, 5, "`p` must be at most 4, not `5`"),
    ({"multipleOf": 64}, 100, "`p` must be a multiple of 64, not `100`"),
    ({"pattern": "^a+$"}, "b", '`p` does not have the form this model requires: "b"'),
    ({"uniqueItems": True}, [1, 1], "`p` has the same item twice"),
    ({"minProperties": 1}, {}, "`p` has 0 keys, at least 1 is needed"),
    ({"type": ["integer", "null"]}, "x", '`p` must be a whole number or null, not the text "x"'),
    ({"const": True}, False, "`p` must be `true`, not `false`"),
    ({"oneOf": [{"const": "a"}, {"enum": ["b", 3]}]}, "c", '`p` must be `a`, `b` or `3`, not the text "c"'),
    (
        {"oneOf": [{"type": "integer"}, {"type": "number"}]},
        1,
        "`p` fits more than one of the forms it may have",
    ),
    (
        {"anyOf": [{"type": "integer", "minimum": 3}, {"const": "auto"}]},
        1,
        "`p` must be at least 3, not `1`",
    ),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "`p.a` also needs `p.b`"),
    ({"propertyNames": {"maxLength": 1}}, {"long": 1}, "`p` has 4 characters, at most 1 is allowed"),
    ({"not": {"required": ["a", "b"]}}, {"a": 1, "b": 2}, "`p.a` and `p.b` cannot be given together"),
    ({"not": {"type": "string"}}, "x", "`p` breaks a rule of `LTX-2 Pro` (`not` in its schema)"),
    (False, 1, "`p` breaks a rule of `LTX-2 Pro` (`None` in its schema)"),  # type: ignore[list-item]  # a schema too
]


@pytest.mark.parametrize(("schema", "value", "message"), KEYWORDS)
def test_every_keyword_has_a_plain_sentence(documents: dict[str, Any], schema: Any, value: Any, message: str) -> None:
    document = json.loads(json.dumps(documents["lightricks-ltx-2-pro.json"]))
    document["properties"]["p"] = schema if isinstance(schema, dict) else {"allOf": [schema]}
    model = load_catalog({"m.json": document}).models[0]
    assert only(problems(model, p=value)).message == message


def test_no_message_repeats_a_signature_or_a_whole_file(pro: Model) -> None:
    found = problems(pro, duration=URL, fps="data:image/png;base64," + "A" * 500)
    assert not any("secret" in p.message for p in found)
    assert max(len(p.message) for p in found) < 160


def test_what_a_terminal_would_obey_is_shown_escaped(pro: Model) -> None:
    found = only(problems(pro, **{"\x1b[2J\n": 1}))
    assert found.message == "`\\x1b[2J\\n` is not a parameter of `LTX-2 Pro`"
    assert only(problems(pro, fps="\ud800")).message.endswith('not the text "\\ud800"')


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"not": {"required": ["width", "fps"]}}, ("fps",)),
        ({"not": {"required": ["seconds"], "properties": {"fps": {"const": 25}}}}, None),
        ({"oneOf": [{"properties": {"fps": {"minimum": 1}}}, {"required": ["width"]}]}, ("width",)),
        ({"maxProperties": 1}, ("model",)),
        ({"propertyNames": {"maxLength": 9}}, ("model",)),
        ({"not": {}}, ("model",)),
    ],
)
def test_a_rule_of_the_whole_request_is_reported_for_a_parameter(
    documents: dict[str, Any], rule: Any, path: tuple[str, ...] | None
) -> None:
    document = json.loads(json.dumps(documents["lightricks-ltx-2-pro.json"]))
    document["allOf"] = [rule]
    found = problems(load_catalog({"m.json": document}).models[0], fps=25)
    assert [problem.path for problem in found[:1]] == ([path] if path else [])
    assert all(problem.path for problem in found)
