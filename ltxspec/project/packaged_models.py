"""The models that come with ltxspec, for whoever does not ask which ones a project has."""

from functools import cache

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.storage.packaged import read_model_documents


@cache
def packaged_catalog() -> Catalog:
    """The packaged models, loaded once in a process: what is known of a model is kept with the object.

    Raises:
        Invalid: a file is not valid; the installation is damaged.
        StorageError: one cannot be read.
    """
    return load_catalog(read_model_documents())
