from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.models.prices import learn_prices, write_prices
from ltxspec.project.project import open_project


def test_a_project_without_takes_learns_nothing_and_writes_nothing(tmp_path: Path) -> None:
    project = open_project(tmp_path, environ={})
    assert learn_prices(project) == []
    (one,) = learn_prices(project, "lightricks:2@0")
    assert (one.takes, one.price, one.refusals) == (0, None, ["no take of it was paid for"])
    assert write_prices(project, [one]) == []
    assert not (tmp_path / "schemas").exists()


def test_a_model_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no model is called `lightrix`"):
        learn_prices(open_project(tmp_path, environ={}), "lightrix")
