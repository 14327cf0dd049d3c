from pathlib import Path
from typing import Any

import pytest

from ltxspec.errors import Invalid, WrongUsage
from ltxspec.project.variables import read_variables


def read(folder: Path, *pairs: str, **files: str) -> dict[str, Any]:
    """Variables from pairs and from files, in the order given."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_variables(pairs, list(files), folder)


def test_a_pair_is_text_up_to_its_end(tmp_path: Path) -> None:
    assert read(tmp_path, "city=Rome", " seconds =8", "url=https://x/?a=b", "empty=") == {
        "city": "Rome",
        "seconds": "8",
        "url": "https://x/?a=b",
        "empty": "",
    }


def test_files_keep_their_kinds_later_ones_win_and_pairs_win_over_all(tmp_path: Path) -> None:
    found = read(tmp_path, "c=pair", a="a: 1\nb: [x]\nc: file\n", b='\ufeff{"a": 2.5}')
    assert found == {"a": 2.5, "b": ["x"], "c": "pair"}


@pytest.mark.parametrize("pair", ["city", "=Rome", " =x", ""])
def test_a_pair_without_a_name_or_a_sign_is_wrong_usage(pair: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="--var"):
        read(tmp_path, pair)


def test_files_that_hold_something_else_are_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="`a` must contain a mapping"):
        read(tmp_path, a="- x\n")
    with pytest.raises(Invalid, match="duplicate key `x`"):
        read(tmp_path, a="x: 1\nx: 2\n")
    with pytest.raises(WrongUsage, match="`nowhere` cannot be read: No such file"):
        read_variables([], ["nowhere"], tmp_path)
    (tmp_path / "latin").write_bytes(b"city: K\xf6ln\n")
    with pytest.raises(WrongUsage, match="`latin` is not UTF-8 text"):
        read_variables([], ["latin"], tmp_path)
