"""Formats where the results of a plan are sent."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ltxspec.plan.actions import Plan
from ltxspec.report.terminal import clean
from ltxspec.services import is_free
from ltxspec.values import Json

_NAMES: Mapping[str, str] = {"webhookURL": "webhook", "uploadEndpoint": "upload"}
_MOST = 5  # destinations that are named


def sent_to(plan: Plan) -> str:
    """`Results are sent to calls.example (webhook), bucket.example (upload).`; empty if nothing is sent.

    A preview with a free provider sends nothing.
    """
    if is_free(plan.provider):
        return ""
    places = [
        f"{_host(str(change.destination.shown[name]))} ({what})"
        for change in plan.changes
        if change.destination is not None
        for name, what in _NAMES.items()
        if name in change.destination.shown
    ]
    found = list(dict.fromkeys(places))
    more = f" and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
    return f"Results are sent to {', '.join(found[:_MOST])}{more}." if found else ""


def parameters(shown: Mapping[str, Json]) -> str:
    """`ttl: 60, webhookURL: https://calls.example/hook`."""
    return clean(", ".join(f"{name}: {value}" for name, value in sorted(shown.items())))


def _host(address: str) -> str:
    try:
        host = urlsplit(address).netloc
    except ValueError:
        host = ""
    return clean(host or address)
