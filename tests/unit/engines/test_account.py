"""Where a machine orders, as it is compared with the driver; the key itself does not travel."""

from pathlib import Path

import pytest
from spreading import KEY, Service, opened, project_in

from ltxspec.engines.account import account_of, refuse_other
from ltxspec.errors import Refused

HERE = Service("http://127.0.0.1:1/v1")


def test_the_same_machine_agrees_with_itself_under_any_salt(tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", HERE)
    one, other = account_of(project, "a"), account_of(project, "b")
    assert one.address == other.address == HERE.url
    assert one.mark != other.mark
    assert KEY not in repr(one)
    refuse_other(project, "a", one)
    with pytest.raises(Refused, match="another API key"):
        refuse_other(project, "b", one)


def test_the_message_names_both_services_and_the_cure(tmp_path: Path) -> None:
    driver = account_of(project_in(tmp_path / "films", HERE), "a")
    machine = opened(tmp_path / "films", Service("http://127.0.0.1:2/v1"))
    with pytest.raises(Refused, match=r":2/v1`, and the driver at `http://127\.0\.0\.1:1/v1`") as caught:
        refuse_other(machine, "a", driver)
    assert caught.value.hint is not None
    assert "RUNWARE_BASE_URL" in caught.value.hint
