from pathlib import Path

from builders import lockfile, record, take
from unit.project.projects import project

from ltxspec.project.unclaimed import unclaimed


def test_a_lockfile_that_no_spec_claims_says_what_it_records_and_no_invented_cost(tmp_path: Path) -> None:
    def said(*costs: str | None) -> str:
        held = lockfile(alley=record(*(take(number=n, cost=cost) for n, cost in enumerate(costs, 1))))
        (warning,) = unclaimed(project(tmp_path, held), [], [])
        return warning.message.partition("; it records ")[2]

    assert said("0.48") == "1 take for $0.48"
    assert said(None) == "1 take of unknown cost"
    assert said(None, None) == "2 takes of unknown cost"
    assert said("0.48", None, None) == "3 takes for $0.48, 2 of them of unknown cost"
