import uuid

from hypothesis import given
from hypothesis import strategies as st

from ltxspec.providers.sandbox.identifiers import derived_uuid, is_uuid, is_uuid4, seed_of, video_uuid


@given(st.lists(st.text(st.characters(codec="utf-8")) | st.integers(), max_size=4))
def test_derived_ids_are_version_4_and_repeatable(parts: list[str | int]) -> None:
    text = derived_uuid(*parts)
    assert uuid.UUID(text).version == 4
    assert is_uuid4(text)
    assert derived_uuid(*parts) == text


def test_every_run_and_result_has_its_own_video_and_seed() -> None:
    places = [(task, run, result) for task in "ab" for run in (1, 2) for result in range(4)]
    assert len({video_uuid(*place) for place in places}) == len(places)
    assert len({seed_of(*place) for place in places}) == len(places)


def test_other_versions_are_uuids_but_not_version_4() -> None:
    other = str(uuid.uuid5(uuid.NAMESPACE_DNS, "x"))
    assert (is_uuid(other), is_uuid4(other)) == (True, False)
    assert not is_uuid("x")
    assert not is_uuid4(None)
