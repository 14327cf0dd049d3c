"""Looks at the images and sounds of a project's specs, each content once."""

from ltxspec.canonical import sha256_hex
from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.look_cache import LookCache


class ProjectLooks:
    """`render.parameter_sets.MediaLooks` for files on disk."""

    def __init__(self, files: ProjectFolder, cache: LookCache) -> None:
        self._files = files
        self._cache = cache

    def at_file(self, path: str, *, beside: str) -> MediaFacts | None:
        """What is in `path` as named in the file `beside`. None: only a Git LFS pointer is here. Raises FileProblem."""
        known = self._cache.get(self._files.sha256(path, beside=beside))
        if known is not None:
            return known
        data = self._files.read_media(path, beside=beside)
        return None if data is None else self.at_data(data)

    def at_data(self, data: bytes) -> MediaFacts:
        """What these bytes are."""
        digest = f"sha256:{sha256_hex(data)}"
        found = self._cache.get(digest)
        if found is None:
            from ltxspec.media.looking import look

            found = look(data)
            self._cache.add(digest, found)
        return found
