"""What rendering needs besides the spec."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.catalog.models import Catalog
from ltxspec.render.concern import Concern
from ltxspec.render.parameter_sets import KnownGood
from ltxspec.render.request_media import MediaLooks
from ltxspec.spec.files import ProjectFiles
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What rendering needs besides the spec.

    `overrides` are variables from the command line; `delivery` is the configuration's, with the lowest precedence;
    `known_requests` saves checking parameter sets again that were valid before. `looks` shows what images and sounds
    are; without it they are not checked. `concern` are the shots that the run is about, None: all.
    """

    catalog: Catalog
    files: ProjectFiles
    overrides: Mapping[str, Json]
    delivery: Mapping[str, Json]
    known_requests: KnownGood | None = None
    looks: MediaLooks | None = None
    concern: Concern | None = None
