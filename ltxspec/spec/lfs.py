"""Text that is only a pointer of Git LFS: it names a file that is kept elsewhere, and is never that file's text."""

from typing import Final

_START = b"version https://git-lfs.github.com/spec/v1"
FETCH: Final = "fetch the files with `git lfs pull` (in CI: check out with `lfs: true`)"
KEEP_OUT: Final = (
    "keep specs, prompts, tables, `ltxspec.toml` and lockfiles out of Git LFS: take them out of `.gitattributes`, then "
    "run `git add --renormalize .` and commit"
)


def is_pointer(data: bytes) -> bool:
    """Whether a file's bytes are a pointer of Git LFS, possibly with a BOM."""
    return data.removeprefix(b"\xef\xbb\xbf").startswith(_START)
