"""The images and sounds of requests: the hashes of local files, and whether the model accepts what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ltxspec.catalog.media import is_inline, is_local_file, media_values
from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.catalog.media_limits import MediaUse, bytes_of, media_problems, media_warnings
from ltxspec.catalog.models import Model
from ltxspec.catalog.validation import ParameterProblem
from ltxspec.render.references import is_reference_name
from ltxspec.render.stray_files import stray_files
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.suggest import shown
from ltxspec.values import Json


class MediaLooks(Protocol):
    """The port through which the core learns what an image or a sound is; each content is looked at once."""

    def at_file(self, path: str, *, beside: str) -> MediaFacts | None:
        """What is in a project file as named in the file `beside`. Raises FileProblem.

        None: the file is not here, only a Git LFS pointer with its hash.
        """
        ...

    def at_data(self, data: bytes) -> MediaFacts:
        """What these bytes are."""
        ...


@dataclass(slots=True)
class FoundMedia:
    """The media of one request."""

    inputs: dict[str, str] = field(default_factory=dict)  # local file as written -> sha256
    problems: list[ParameterProblem] = field(default_factory=list)
    warnings: list[ParameterProblem] = field(default_factory=list)


class RequestMedia:
    """Reads the media of the requests of one spec file.

    Args:
        file: the spec file.
        files: the project's files.
        looks: shows what media are; None: they are not checked.
    """

    def __init__(self, file: str, files: ProjectFiles, looks: MediaLooks | None = None) -> None:
        self._file = file
        self._files = files
        self._looks = looks
        self._hashes: dict[str, str] = {}

    def of(self, model: Model, body: Mapping[str, Json]) -> FoundMedia:
        """The media of a request. Remote files and uploads are left to the provider."""
        found = FoundMedia()
        for path, value in media_values(model, body):
            if is_reference_name(value):
                continue
            if is_local_file(value):
                self._file_in(found, MediaUse(model, body, path, shown(value)), value)
            elif self._looks is not None and is_inline(value):
                self._data_in(found, MediaUse(model, body, path, "the data URI" if ":" in value else "the data"), value)
        found.warnings += stray_files(model, body, self._files, self._file)
        return found

    def _file_in(self, found: FoundMedia, use: MediaUse, value: str) -> None:
        try:
            if value not in self._hashes:
                self._hashes[value] = self._files.sha256(value, beside=self._file)
            found.inputs[value] = self._hashes[value]
            if self._looks is None:
                return
            facts = self._looks.at_file(value, beside=self._file)
        except FileProblem as error:
            found.problems.append(ParameterProblem(use.path, error.code, error.summary, error.hint))
            return
        if facts is not None:
            _judge(found, use, facts)
        else:  # a checkout without LFS can plan: what was bought with the file is known by its hash
            message = f"{use.name} is only a Git LFS pointer here, so it is not checked, and cannot be ordered"
            found.warnings.append(ParameterProblem(use.path, "lfs-pointer", message, "fetch it with `git lfs pull`"))

    def _data_in(self, found: FoundMedia, use: MediaUse, value: str) -> None:
        data, problem = bytes_of(value, use)
        if problem is not None:
            found.problems.append(problem)
        elif self._looks is not None:
            _judge(found, use, self._looks.at_data(data))


def _judge(found: FoundMedia, use: MediaUse, facts: MediaFacts) -> None:
    problems = list(media_problems(facts, use))
    found.problems += problems
    found.warnings += [] if problems else media_warnings(facts, use)
