import base64
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ltxspec.providers.runware import wire
from ltxspec.providers.runware.wire import ApiError, Item, decode_reply
from ltxspec.values import TaskId

TASK = TaskId("e8147fa8-025b-45f4-a1c3-55020aa1442d")
OTHER = TaskId("2804a65f-6622-4c53-aca4-bd631680ed53")
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\nrest"


def reply_to(body: Any, status: int = 200) -> wire.WireReply:
    return decode_reply(status, json.dumps(body).encode())


# --- to the service -------------------------------------------------------------------------------


def test_a_body_is_always_an_array() -> None:
    assert json.loads(wire.encode(wire.get_response(TASK))) == [{"taskType": "getResponse", "taskUUID": TASK}]


def test_one_body_may_hold_many_tasks() -> None:
    body = json.loads(wire.encode(wire.get_response(TASK), wire.get_response(OTHER)))
    assert [task["taskUUID"] for task in body] == [TASK, OTHER]


def test_the_same_order_has_the_same_bytes_however_its_keys_are_ordered() -> None:
    assert wire.encode({"a": 8.0, "b": {"y": 1, "x": 2}}) == wire.encode({"b": {"x": 2, "y": 1}, "a": 8})


def test_what_has_no_json_form_is_not_sent() -> None:
    with pytest.raises(ValueError, match="nan"):
        wire.encode({"CFGScale": float("nan")})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", "application/octet-stream"),
        (b"GIF89a\x00\x00WEBP", "application/octet-stream"),
    ],
)
def test_images_are_sent_as_data_with_the_type_of_their_bytes(content: bytes, media_type: str) -> None:
    task = wire.store_media("0d6c…", content)
    assert task["media"] == f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    assert (task["taskType"], task["operation"]) == ("mediaStorage", "upload")


# --- envelopes ------------------------------------------------------------------------------------

ERROR = {"code": "invalidModel", "message": "No such model.", "parameter": "model", "taskUUID": TASK}
PARSED = ApiError("invalidModel", "No such model.", ("model",), TASK)


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [ERROR]},
        {"errors": ERROR},
        {"data": [], "errors": [ERROR]},
        {"data": None, "errors": [ERROR]},
        {"error": ERROR},
        {"error": [ERROR]},
        {"error": {**ERROR, "taskUUID": None}, "taskUUID": TASK, "taskType": "videoInference"},
        {"errors": [{**ERROR, "parameter": ["model"]}]},
        {"errors": [{**ERROR, "taskUUID": TASK.upper(), "allowedValues": [1], "type": "string"}]},
    ],
)
def test_every_form_of_an_error_is_read_alike(body: Any) -> None:
    reply = reply_to(body, 400)
    assert (reply.items, reply.errors) == ((), (PARSED,))


@pytest.mark.parametrize("data", [[{"taskUUID": TASK}], {"taskUUID": TASK}, [{"taskUUID": TASK.upper()}, 7, None, "x"]])
def test_data_may_be_an_array_or_an_object(data: Any) -> None:
    assert [item.task_id for item in reply_to({"data": data}).items] == [TASK]


@pytest.mark.parametrize("body", [{"errors": ["No."]}, {"error": "No."}])
def test_an_error_may_be_bare_text(body: Any) -> None:
    assert reply_to(body).errors == (ApiError("", "No."),)


def test_a_parameter_may_be_a_list_of_names() -> None:
    reply = reply_to({"errors": [{"code": "incompatibleParameters", "parameter": ["width", "height", 3]}]})
    assert reply.errors[0].parameters == ("width", "height")


@pytest.mark.parametrize(
    "failed",
    [
        {"taskUUID": TASK, "status": "error", "error": {"code": "timeoutProvider", "message": "Too slow."}},
        {"taskUUID": TASK, "status": "error", "code": "timeoutProvider", "message": "Too slow."},
        {"taskUUID": TASK, "error": {"code": "timeoutProvider", "message": "Too slow.", "status": "error"}},
    ],
)
def test_an_item_that_reports_a_failure_is_an_error(failed: Any) -> None:
    reply = reply_to({"data": [failed]})
    assert reply.items == ()
    assert reply.errors == (ApiError("timeoutProvider", "Too slow.", (), TASK, ends_task=True),)


def test_an_item_with_an_error_and_no_status_is_an_error_that_does_not_say_that_the_task_ended() -> None:
    item = {"taskUUID": TASK, "error": {"code": "serviceUnavailable", "message": "Try later."}}
    reply = reply_to({"data": [item]})
    assert (reply.items, reply.errors) == ((), (ApiError("serviceUnavailable", "Try later.", (), TASK),))


def test_a_failure_may_tell_its_reason_as_bare_text() -> None:
    (error,) = reply_to({"data": [{"taskUUID": TASK, "status": "error", "error": "it broke"}]}).errors
    assert (error.code, error.message) == ("", "it broke")


def test_an_id_that_is_no_text_is_not_the_same_as_no_id() -> None:
    assert reply_to({"errors": [{"code": "x", "taskUUID": 7}]}).errors[0].task_id is not None
    assert reply_to({"errors": [{"code": "x", "taskUUID": ""}]}).errors[0].task_id is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>502</html>",
        b'{"data":[{"taskUUID":',
        b"[]",
        b'[{"taskUUID":"x"}]',
        b"null",
        b'"x"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_not_readable(content: bytes) -> None:
    reply = decode_reply(200, content)
    assert (reply.readable, reply.items, reply.errors) == (False, (), ())


def test_numbers_that_json_does_not_have_do_not_hide_the_rest() -> None:
    reply = decode_reply(200, b'{"data":[{"taskUUID":"%b","cost":NaN}]}' % TASK.encode())
    assert reply.items == (Item(TASK, {"taskUUID": TASK, "cost": None}),)


@pytest.mark.parametrize(
    ("status", "transient"),
    [(200, False), (400, False), (408, True), (429, True), (499, False), (500, True), (503, True)],
)
def test_some_statuses_say_nothing_about_tasks(status: int, *, transient: bool) -> None:
    assert reply_to({}, status).transient is transient


# --- fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("0.48", Decimal("0.48")),
        ("0.605", Decimal("0.605")),
        ("2", Decimal(2)),
        ("4.8e-1", Decimal("0.48")),
        ("0", None),
        ("0.0", None),
        ("-0.48", None),
        ('"0.48"', None),
        ("true", None),
        ("null", None),
        ("[0.48]", None),
        ("NaN", None),
        ("Infinity", None),
        ("1e999999", None),
        ("1e-999999", None),
        ("1000000", Decimal(1_000_000)),
        ("1000000.01", None),
        ("1e-9", Decimal("1e-9")),
        ("0." + "1" * 30, Decimal("0." + "1" * 30)),
        ("0." + "1" * 31, None),
        ("0." + "1" * 100, None),
    ],
)
def test_only_a_believable_number_is_a_cost(text: str, cost: Decimal | None) -> None:
    (item,) = decode_reply(200, b'{"data":[{"cost":%b}]}' % text.encode()).items
    assert wire.believable_cost(item.fields["cost"]) == cost


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (12.5, Decimal("12.5")),
        (0, Decimal(0)),
        ({"amount": 3.25, "freeBalance": 1, "currency": "USD"}, Decimal("3.25")),
        ({"amount": "3"}, None),
        ("3", None),
        (None, None),
    ],
)
def test_a_balance_is_a_number_or_an_amount(value: Any, amount: Decimal | None) -> None:
    (item,) = reply_to({"data": [{"balance": value}]}).items
    assert wire.balance(item) == amount


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("7", 7.0),
        ("0", 1.0),
        ("-30", 1.0),
        ("86400", 120.0),
        ("1e400", 120.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        ("Sun, 22 Nov 2020 12:00:00 GMT", 1.0),
        ("Fri, 99 Foo 9999 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_bounds(header: str | None, seconds: float | None) -> None:
    assert wire.parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize("name", ["../../etc/passwd", ".hidden", "a/b", "a\\b", "", "a b", "a\n", "ä", "x" * 129, 7])
def test_an_id_unfit_for_a_file_name_is_no_id(name: Any) -> None:
    assert wire.first_identifier({"videoUUID": name}, ["videoUUID"]) is None


def test_aliases_are_tried_in_order() -> None:
    assert wire.first_identifier({"videoUUID": None, "mediaUUID": "b"}, ["videoUUID", "mediaUUID"]) == "b"
    assert wire.first_address({"mediaURL": "https://x/y.mp4"}, ["videoURL", "mediaURL"]) == "https://x/y.mp4"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "//host/x", "https://a b", "", 3, None])
def test_an_address_that_is_no_web_address_is_none(url: Any) -> None:
    assert wire.first_address({"videoURL": url}, ["videoURL"]) is None


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Too slow.", "Too slow."),
        ("a\x1b[31mred\x07\nnew line", "a [31mred new line"),
        ("right\u202eleft", "right left"),
        ("lone \ud800 half", "lone half"),
        ("PUT https://bucket/x.mp4?X-Signature=secret failed", "PUT https://bucket/x.mp4?… failed"),
        ("apiKey=canary-0123456789 is over its limit", "apiKey=[redacted] is over its limit"),
        ("x" * 500, "x" * 500),
        ("x" * 501, "x" * 500 + "…"),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_messages_are_fit_for_a_terminal_and_hold_no_query(message: Any, shown: str) -> None:
    assert wire.plain_text(message) == shown
