"""The JSON Schemas (2020-12) of the results of commands; those in `schemas/` are generated from it."""

from collections.abc import Mapping

from ltxspec.formats import Schema, schema
from ltxspec.report.results import (
    archive,
    errors,
    films,
    graph,
    lock,
    models,
    previews,
    provenance,
    reconciliation,
    reviews,
    setup,
    takes,
    timelines,
    watch,
)
from ltxspec.report.results.base import Result

# name of the schema -> its declaration; commands of a group are written with a hyphen
RESULTS: Mapping[str, type[Result]] = {
    "error": errors.ErrorResult,
    "init": setup.Init,
    "validate": errors.Validation,
    "show": takes.Show,
    "output": takes.Outputs,
    "cost": takes.Cost,
    "cost-reconcile": reconciliation.CostReconciliation,
    "why": takes.Why,
    "pick": takes.Pick,
    "frame": takes.Frame,
    "whence": provenance.Whence,
    "label": provenance.Labelled,
    "graph": graph.Graph,
    "animatic": films.Animatic,
    "export": timelines.Export,
    "decision": takes.GivenVerdict,
    "import": takes.Import,
    "lock-verify": lock.LockVerify,
    "lock-merge": lock.LockMerge,
    "lock-join": lock.LockJoin,
    "lock-migrate": lock.LockMigrate,
    "lock-mv": lock.LockMv,
    "lock-rm": lock.LockRm,
    "lock-force-release": lock.LockForceRelease,
    "archive-pull": archive.ArchivePull,
    "archive-push": archive.ArchivePush,
    "archive-rescue": archive.ArchiveRescue,
    "archive-verify": archive.ArchiveVerify,
    "archive-gc": archive.ArchiveGc,
    "review-files": reviews.ReviewFiles,
    "review-import": takes.ReviewImport,
    "comment": reviews.CommentResult,
    "previews-prepare": previews.PreparedPreviews,
    "previews-closed": previews.ClosedChanges,
    "order": reviews.OrderResult,
    "catalog": setup.CatalogResult,
    "models-import": models.ModelsImport,
    "models-diff": models.ModelsDiff,
    "models-outdated": models.ModelsOutdated,
    "models-learn-prices": models.ModelsLearnPrices,
    "watch": watch.WatchEvent,
    "fmt": setup.Fmt,
    "doctor": setup.Doctor,
}


def result_schema(name: str) -> Schema:
    """The schema of a result, by its name in `RESULTS`."""
    kind = RESULTS[name]
    return schema(kind, f"ltxspec {name}, version 1", " ".join((kind.__doc__ or "").split()))
