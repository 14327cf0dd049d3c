from typing import Any

import builders
import pytest
from builders import lockfile, record, request, take
from replacing import replace

from ltxspec.render.references import Reference
from ltxspec.review.follows import Use, numbered, references_in, uses_of
from ltxspec.values import ShotAddress

ALLEY = ShotAddress("night", "alley")
LAST = "shot:night.alley#last"


def images(*names: str) -> dict[str, Any]:
    return {"inputs": {"frameImages": [{"image": name, "frame": "first"} for name in names]}}


def test_a_take_names_what_it_took_and_the_content_of_that() -> None:
    made = replace(take("x", number=2, **images(LAST)), inputs={LAST: f"sha256:{'a' * 64}/frame-1/last"})
    (use,) = uses_of(made)
    assert (use.source, use.reference.at, use.ends, use.sha256, use.take) == (ALLEY, "last", "first", "a" * 64, None)


def test_a_prompt_that_reads_like_a_reference_is_none() -> None:
    assert uses_of(replace(take(LAST), inputs={})) == ()
    assert references_in({"positivePrompt": LAST, "duration": 8}) == []


def test_a_request_uses_what_it_refers_to_although_nothing_is_known_of_it() -> None:
    asked = request("door")
    asked = replace(asked, body={**asked.body, **images(LAST)}, references=(Reference(ALLEY, "last"),))
    (use,) = uses_of(asked)
    assert (use.source, use.sha256) == (ALLEY, None)
    assert uses_of(request("door")) == uses_of(None) == ()


@pytest.mark.parametrize(
    ("pinned", "number"), [(None, 2), (1, 1), (3, None)], ids=["the current one", "pinned", "none such"]
)
def test_the_take_is_looked_up_by_its_content(pinned: int | None, number: int | None) -> None:
    same = replace(builders.output(1), sha256="a" * 64)
    takes = [replace(take("a", number=count), outputs=(same,)) for count in (1, 2)]
    side = {"night": lockfile(alley=record(*takes, current=2))}
    (use,) = numbered([Use(Reference(ALLEY, "last", take=pinned), sha256="a" * 64, take=pinned)], side)
    assert (use.take, use.result) == (number or pinned, None if number is None else 1)


def test_what_is_not_recorded_has_no_number() -> None:
    use = Use(Reference(ALLEY, "last"), sha256="b" * 64)
    assert numbered([use], {}) == numbered([use], {"night": lockfile()}) == (use,)
