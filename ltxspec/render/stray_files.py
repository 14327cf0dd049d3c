"""Files that are named where no file is taken: the model would get the name instead of the sound."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.catalog.models import PROMPT, Model, known_names
from ltxspec.catalog.pointers import texts_in
from ltxspec.catalog.validation import ParameterProblem
from ltxspec.catalog.wording import name_of
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.suggest import shown
from ltxspec.values import Json

_MEDIA: Final = re.compile(
    r".*\.(?:png|jpe?g|webp|gif|avif|hei[cf]|tiff?|bmp|mp4|mov|webm|mkv|avi|wav|mp3|ogg|flac|aac|m4a|aiff?)",
    re.IGNORECASE,
)


def stray_files(model: Model, body: Mapping[str, Json], files: ProjectFiles, beside: str) -> Iterator[ParameterProblem]:
    """A warning for each text that is the name of a project file, in a part that the model leaves open.

    Args:
        model: the model; only one that leaves parts open can have texts nobody knows about.
        body: the request.
        files: the project's files.
        beside: the spec file.
    """
    if not known_names(model).open:
        return
    taken = {path for path, _ in media_values(model, body)}
    for path, text in texts_in(body, ()):
        if path in taken or path == (PROMPT,) or not (_MEDIA.fullmatch(text) and is_local_file(text)):
            continue
        try:
            files.resolve(text, beside=beside)
        except FileProblem:
            continue
        place = "/" + "/".join("*" if isinstance(step, int) else step for step in path)
        message = f"{name_of(path)} is sent as the words {shown(text)}: the model's file does not take files there"
        hint = f"add `{place}` to `x-ltxspec.media` in `{model.file}`, or write an address"
        yield ParameterProblem(path, "stray-file", message, hint)
