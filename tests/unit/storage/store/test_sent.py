from pathlib import Path

from ltxspec.storage.store.sent import SentList

ONE, TWO = "1" * 64, "2" * 64


def test_each_store_has_a_list_of_its_own(tmp_path: Path) -> None:
    first, second = (SentList(tmp_path / "store", name, tmp_path) for name in ("s3://a", "s3://b"))
    assert first.read() == set()
    first.add([TWO, ONE])
    first.add([])
    assert (first.read(), second.read()) == ({ONE, TWO}, set())
    assert SentList(tmp_path / "store", "s3://a", tmp_path).read() == {ONE, TWO}


def test_a_line_that_was_cut_short_counts_for_nothing_and_spoils_no_other(tmp_path: Path) -> None:
    sent = SentList(tmp_path, "s3://a", tmp_path)
    sent.add([ONE])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    assert sent.read() == set()
    sent.add([TWO])
    assert sent.read() == {TWO}
