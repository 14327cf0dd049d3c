from pathlib import Path

import pytest

from ltxspec.errors import Invalid
from ltxspec.storage.config import load_config
from ltxspec.storage.previews_config import PreviewsConfig


def config(folder: Path, text: str) -> PreviewsConfig:
    (folder / "ltxspec.toml").write_text(text, "utf-8")
    return load_config(folder).previews


def test_every_key_has_a_default(tmp_path: Path) -> None:
    assert config(tmp_path, "") == PreviewsConfig("branch", "ltxspec-previews", 60)
    given = config(tmp_path, "[previews]\nstore = 'none'\nbranch = 'pictures/of-films.1'\nmost = 500\n")
    assert given == PreviewsConfig("none", "pictures/of-films.1", 500)


@pytest.mark.parametrize(
    "line",
    [
        "store = 'bucket'", "most = 0", "most = 501", "branch = ''", "branch = '-x'", "branch = 'a b'",
        "branch = 'a..b'", "branch = 'a/'", "branch = '+a:b'", "branch = 'a.'", "other = 1",
    ],
)  # fmt: skip
def test_mistakes_are_told(tmp_path: Path, line: str) -> None:
    with pytest.raises(Invalid) as caught:
        config(tmp_path, f"[previews]\n{line}\n")
    assert "[previews]" in str(caught.value) or "other" in str(caught.value)
