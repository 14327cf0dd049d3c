import base64
from typing import Any

import pytest
from pictures import picture
from sandboxes import Sandbox, catalog, codes, details, order, poll

from ltxspec.providers.sandbox.films import images_of
from ltxspec.providers.sandbox.older_forms import as_sent, has_both_forms, in_present_form
from ltxspec.providers.sandbox.problems import ServiceProblem

PRO: Any = catalog().find("lightricks:2@0")
URI = "data:image/png;base64,AAAA"
PRESENT: dict[str, Any] = {"inputs": {"frameImages": [{"image": URI, "frame": "first"}]}}


@pytest.mark.parametrize(
    "fields",
    [
        {"frameImages": [{"inputImage": URI, "frame": "first"}]},
        {"frameImages": [{"image": URI, "frame": "first"}]},
        {"inputs": {"frameImages": [{"inputImage": URI, "frame": "first"}]}},
        {"frameImages": [{"inputImage": URI, "frame": "first"}], "inputs": {}},
        PRESENT,
    ],
    ids=["both older", "the place", "the name", "with other inputs", "present"],
)
def test_every_form_is_read_as_the_present_one(fields: dict[str, Any]) -> None:
    assert in_present_form(order(**fields), PRO) == order(**PRESENT)
    assert images_of(PRO, order(**fields)) == [URI]


def test_an_image_alone_keeps_its_form() -> None:
    assert in_present_form(order(frameImages=[URI]), PRO) == order(inputs={"frameImages": [URI]})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"inputs": "x", "frameImages": [URI]},
        {"inputs": {"frameImages": [{"image": URI, "inputImage": URI}]}},
        {"inputs": {"frameImages": [URI]}, "frameImages": [URI]},
    ],
    ids=["none", "inputs of no use", "both names", "both places"],
)
def test_what_is_not_an_older_form_stays_as_it_is(fields: dict[str, Any]) -> None:
    assert in_present_form(order(**fields), PRO) == order(**fields)


def test_only_both_places_at_once_are_both_forms() -> None:
    assert has_both_forms(order(frameImages=[URI], inputs={"frameImages": [URI]}), PRO)
    assert not has_both_forms(order(frameImages=[URI], inputs={"audio": URI}), PRO)
    assert not has_both_forms(order(**PRESENT), PRO)


def test_a_problem_is_named_where_the_client_wrote_it() -> None:
    found = ServiceProblem("x", "`inputs.frameImages[0]` is wrong.", "inputs.frameImages.0")
    flat = as_sent(found, order(frameImages=[URI]), PRO)
    assert (flat.parameter, flat.message) == ("frameImages.0", "`frameImages[0]` is wrong.")
    assert as_sent(found, order(**PRESENT), PRO) == found


def test_the_older_form_gives_the_same_video_at_the_same_price(sandbox: Sandbox) -> None:
    image = picture()
    uri = "data:image/png;base64," + base64.b64encode(image).decode()
    older: dict[str, Any] = {"frameImages": [{"inputImage": uri, "frame": "first"}]}
    orders = [order(1, **older), order(2, inputs={"frameImages": [{"image": uri, "frame": "first"}]})]
    assert "errors" not in sandbox.call(*orders)
    sandbox.finish()
    first, second = (sandbox.call(poll(number))["data"][0] for number in (1, 2))
    assert first["cost"] == second["cost"]
    films = [sandbox.request("GET", item["videoURL"]).content for item in (first, second)]
    assert image in films[0]
    assert image in films[1]
    (echo,) = sandbox.call(details())["data"]
    assert echo["request"][0]["frameImages"] == older["frameImages"]


@pytest.mark.parametrize(
    ("fields", "code", "parameter"),
    [
        ({"frameImages": [URI], "inputs": {"frameImages": [URI]}}, "incompatibleParameters", "frameImages"),
        ({"frameImages": [{"inputImage": URI, "frame": "last"}]}, "invalidFrame", "frameImages.0.frame"),
        ({"frameImages": [{"inputImage": URI}]}, "unsupportedImageFormat", "frameImages"),
        ({"frameImages": [URI, URI]}, "invalidFrameImages", "frameImages"),
        ({"frameImages": URI}, "invalidFrameImages", "frameImages"),
        ({"frameImages": [{"frame": "first"}]}, "missingParameter", "frameImages.0.image"),
        ({"frameImages": None, "speech": {"voice": "a", "text": "b"}}, "unsupportedParameter", "speech"),
        ({"nsfw_check": "fast"}, "unsupportedParameter", "nsfw_check"),
        ({"checkNSFW": True}, "unsupportedParameter", "checkNSFW"),
        ({"skipResponse": True}, "unsupportedParameter", "skipResponse"),
        ({"referenceImages": [URI]}, "unsupportedParameter", "referenceImages"),
    ],
)
def test_the_same_checks_hold_for_the_older_form(
    sandbox: Sandbox, fields: dict[str, Any], code: str, parameter: str
) -> None:
    assert codes(sandbox.call(order(**fields))) == [(code, parameter)]
    assert sandbox.ledger()["charges"] == []
