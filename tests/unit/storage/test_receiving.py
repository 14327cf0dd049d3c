from pathlib import Path

from ltxspec.apply.ports import Archived
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.receiving import ReceivingArchive

ARRIVED = Archived("a" * 64, 7)


def archive(folder: Path) -> ReceivingArchive:
    return ReceivingArchive(folder / "archive", folder / "renders", lambda _: None)


def test_without_a_store_only_what_is_archived_has_arrived(tmp_path: Path) -> None:
    assert archive(tmp_path).recall("one") is None


def test_the_store_is_asked_for_what_is_not_archived(tmp_path: Path) -> None:
    opened, asked = archive(tmp_path), list[str]()

    def arriving(to: FolderArchive, name: str) -> Archived | None:
        assert to is opened
        asked.append(name)
        return ARRIVED if name == "one" else None

    opened.arriving = arriving
    assert (opened.recall("one"), opened.recall("two"), asked) == (ARRIVED, None, ["one", "two"])
    opened.begin("three").write(b"a film")
    kept = opened.finish("three")
    assert (opened.recall("three"), asked) == (kept, ["one", "two"])
