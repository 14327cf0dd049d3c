"""[previews] of `ltxspec.toml`: where the pictures of pull requests go."""

import re
from dataclasses import dataclass

from ltxspec.storage.toml_tables import TomlTable

_MOST = 500  # pictures
_BRANCH = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*")


@dataclass(frozen=True, slots=True)
class PreviewsConfig:
    """[previews]: where CI jobs put the pictures that a pull request shows."""

    store: str = "branch"  # or "uploads" (GitLab), "store" (that of [store]), or "none"
    branch: str = "ltxspec-previews"  # holds nothing else
    most: int = 60  # pictures of one change
    base_url: str | None = None  # under which [store] can be read by everybody; None: addresses are signed


def previews_config(table: TomlTable) -> PreviewsConfig:
    """The table, with a default for every key; mistakes are collected in it."""
    usual = PreviewsConfig()
    previews = PreviewsConfig(
        store=table.choice("store", usual.store, ("branch", "uploads", "store", "none")),
        branch=table.text("branch", usual.branch),
        most=table.integer("most", usual.most, 1, _MOST),
        base_url=table.address("base_url", None),
    )
    if not _BRANCH.fullmatch(previews.branch):
        table.error("`branch` in [previews] is not the name of a branch: letters, digits and `._/-`", "branch")
    table.finish()
    return previews
