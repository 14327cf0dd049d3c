"""`ltxspec cost`: sums that say what they do not know, and `--reconcile`: whether the provider's report agrees."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from acceptance.commands import Result, ltxspec
from acceptance.services import KEY, paid_service
from sandboxes import tiny_film

from ltxspec.catalog.models import load_catalog
from ltxspec.providers.sandbox.app import create_app
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.transport import SandboxTransport
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.packaged import read_model_documents


def test_the_sum_names_what_is_unknown(rendered: Path) -> None:
    assert ltxspec("cost", "--by", "shot", cwd=rendered).out == (
        "night.alley      2 takes    $1.08\n"
        "night.flagged     1 take    1 unknown\n"
        "total            3 takes  ≥ $1.08 + 1 unknown (sandbox: nothing is charged)\n"
    )


@pytest.mark.parametrize(("by", "name"), [("spec", "night"), ("model", "lightricks:ltx@2.5-fast")])
def test_takes_are_grouped_as_asked(by: str, name: str, rendered: Path) -> None:
    document = ltxspec("cost", "--by", by, "--format", "json", cwd=rendered).json
    assert document["groups"] == [{"name": name, "takes": 3, "usd": "1.08", "unknown": 1}]
    assert document["total"] == {"takes": 3, "usd": "1.08", "unknown": 1}


def test_months_are_those_of_the_orders(rendered: Path) -> None:
    (take, *_) = ltxspec("show", "night.alley", "--format", "json", cwd=rendered).json["shots"][0]["takes"]
    (group, *_) = ltxspec("cost", "--by", "month", "--format", "json", cwd=rendered).json["groups"]
    assert group["name"] == take["submittedAt"][:7]


def test_real_money_is_counted_apart_from_play_money(rendered: Path) -> None:
    assert ltxspec("cost", "--provider", "runware", cwd=rendered).out == "total    0 takes    $0.00\n"


def test_an_order_in_progress_is_mentioned_as_it_is_in_no_sum_yet(project: Path) -> None:
    ltxspec("apply", "--provider", "sandbox", "--auto-approve", "--detach", cwd=project)
    for command in ("cost", "show"):
        told = ltxspec(command, "--provider", "sandbox", cwd=project).err
        assert "orders in progress, not recorded yet: night." in told
        assert "`ltxspec collect`" in told
    ltxspec("collect", "--provider", "sandbox", cwd=project, check=3)
    assert ltxspec("cost", "--provider", "sandbox", cwd=project).err == ""


def test_costs_are_grouped_by_a_label(rendered: Path) -> None:
    grouped = ltxspec("cost", "--by", "label:campaign", "--format", "json", cwd=rendered).json["groups"]
    assert grouped == [{"name": "(none)", "takes": 3, "usd": "1.08", "unknown": 1}]
    refused = ltxspec("cost", "--by", "campaign", cwd=rendered, check=64).err
    assert "label:campaign" in refused


# --- with the provider's own report ---------------------------------------------------------------

FAST = "lightricks:ltx@2.5-fast"


def playing(**behaviour: Any) -> dict[str, Any]:
    """The environment in which the sandbox behaves like this."""
    return {"LTXSPEC_SANDBOX_SCENARIO": json.dumps({"behaviour": behaviour})}


def reconciled(folder: Path, *options: str, code: int = 0, **behaviour: Any) -> Any:
    done = ltxspec("cost", "--reconcile", *options, "--format", "json", cwd=folder, check=code, **playing(**behaviour))
    assert (done.json["differs"] or done.json["undecided"]) is (code == 3)
    return done.json


def order_past_ltxspec(folder: Path, body: Mapping[str, Any], **behaviour: Any) -> None:
    """POST an order to the project's sandbox with httpx, as any other client would."""
    settings = SandboxSettings(
        catalog=load_catalog(read_model_documents()),
        clock=SystemClock(),
        make_video=tiny_film,
        folder=folder / ".ltxspec" / "sandbox",
        scenario=Scenario(Behaviour(**behaviour)),
    )

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=SandboxTransport(create_app(settings))) as client:
            return await client.post("http://sandbox/v1", json=[body])

    reply = asyncio.run(post())
    assert reply.status_code == 200, reply.text


def new_order(**fields: Any) -> dict[str, Any]:
    body = {"taskType": "videoInference", "taskUUID": str(uuid4()), "model": FAST, "positivePrompt": "a gate"}
    return {**body, "width": 1280, "height": 720, "duration": 6, "fps": 24, **fields}


@pytest.mark.parametrize("rows", ["separate", "crossed"])
def test_what_was_applied_is_what_the_provider_reports(project: Path, rows: str) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    (day,) = reconciled(project, usage_rows=rows)["days"]
    assert (day["verdict"], day["model"], day["difference"]) == ("equal", FAST, "0.00")
    assert (day["recorded"]["usd"], day["reported"]) == ("0.54", {"requests": 1, "usd": "0.54"})
    said = ltxspec("cost", "--reconcile", cwd=project, **playing(usage_rows=rows))
    assert said.out.endswith("Nothing differs (sandbox: nothing is charged).\n")


@pytest.mark.parametrize("rows", ["separate", "crossed"])
def test_an_order_that_is_charged_twice_is_named_with_its_amount_and_its_take(project: Path, rows: str) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project, **playing(charges="twice"))
    (day,) = reconciled(project, code=3, usage_rows=rows)["days"]
    assert (day["verdict"], day["difference"]) == ("provider-has-more", "0.54")
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=project).json["shots"]
    assert [task["taskUUID"] for task in day["tasks"]] == [shot["takes"][0]["taskUUID"]]
    said = ltxspec("cost", "--reconcile", cwd=project, check=3).out
    assert f"{FAST}  the provider has $0.54 more" in said
    assert f"night.alley  {shot['takes'][0]['taskUUID']}" in said


def test_a_repeated_order_that_the_service_charges_again_is_named(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=project).json["shots"]
    body = new_order(**shot["takes"][0]["request"], taskUUID=shot["takes"][0]["taskUUID"])
    order_past_ltxspec(project, body, conflict="never")
    (day,) = reconciled(project, code=3)["days"]
    assert (day["verdict"], day["difference"]) == ("provider-has-more", "0.54")


def test_an_order_from_elsewhere_is_named(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    order_past_ltxspec(project, new_order(duration=10))
    order_past_ltxspec(project, new_order(model="lightricks:2@1", width=1920, height=1080, fps=25))
    document = reconciled(project, code=3)
    (day,) = document["days"]
    assert (day["verdict"], day["difference"]) == ("provider-has-more", "0.90")
    assert document["elsewhere"] == [{"model": "lightricks:2@1", "requests": 1, "usd": "0.24"}]


def test_a_cost_that_was_never_told_is_counted_apart(rendered: Path) -> None:
    (day,) = reconciled(rendered, code=3)["days"]
    assert (day["verdict"], day["recorded"]) == (
        "undecided",
        {"tasks": 3, "usd": "1.08", "unknown": 1, "inProgress": 0},
    )
    assert (day["reported"], day["difference"]) == ({"requests": 3, "usd": "1.62"}, "0.54")
    said = ltxspec("cost", "--reconcile", cwd=rendered, check=3).out
    assert "recorded  3 tasks, ≥ $1.08 + 1 unknown" in said
    assert "No difference is certain; undecided: 1 comparison of a day and model" in said


def test_orders_in_progress_are_counted_apart(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--detach", "--target", "night.alley", cwd=project)
    (day,) = reconciled(project, code=3)["days"]
    assert (day["verdict"], day["recorded"]["inProgress"]) == ("undecided", 1)


def test_charges_that_appear_late_are_named(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    (day,) = reconciled(project, code=3, usage_late=3600)["days"]
    assert (day["verdict"], day["difference"]) == ("provider-has-less", "-0.54")


def test_a_provider_without_reports_is_an_error_and_nothing_is_guessed(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    done = ltxspec("cost", "--reconcile", cwd=project, check=1, **playing(usage="missing"))
    assert (done.out, "invalidOperation" in done.err, "nothing was compared" in done.err) == ("", True, True)


def test_the_range_and_the_key_can_be_chosen(project: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=project)
    document = reconciled(project, "--from", "2026-01-01", "--to", "2026-03-31", code=3)  # the report does not tell
    assert (document["reportFrom"], document["reportTo"], document["days"]) == ("2026-01-01", "2026-03-31", [])
    (key,) = reconciled(project)["keys"]
    assert reconciled(project, "--key-id", key)["restricted"] is True
    other = reconciled(project, "--key-id", "another-key", code=3)
    assert [day["verdict"] for day in other["days"]] == ["provider-has-less"]
    assert "no usage of the API keys that were named" in other["doubts"][0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "2026-11-01"),
        ("--key-id", "a"),
        ("--reconcile", "night.alley"),
        ("--reconcile", "--by", "model"),
        ("--reconcile", "--from", "yesterday"),
        ("--reconcile", "--from", "2026-11-02", "--to", "2026-11-01"),
    ],
)
def test_options_that_do_not_go_together_are_refused(project: Path, arguments: tuple[str, ...]) -> None:
    ltxspec("cost", *arguments, cwd=project, check=64)


@pytest.mark.parametrize("day", ["2026-02-30", "20261101", "today"])
def test_a_day_that_is_none_says_how_to_write_one(project: Path, day: str) -> None:
    refused = ltxspec("cost", "--reconcile", "--from", day, cwd=project, check=64)
    assert f"`--from {day}` is not a day" in refused.err
    assert "write it as --from 2026-11-30" in refused.err


def paid(folder: Path, address: str, *arguments: str, check: int = 0, key: str = KEY) -> Result:
    environment = {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": key}
    return ltxspec(*arguments, "--provider", "runware", cwd=folder, check=check, **environment)


def test_the_paid_service_is_asked_with_the_key_and_over_the_network(project: Path, tmp_path: Path) -> None:
    with paid_service(tmp_path / "service") as address:
        paid(project, address, "apply", "--auto-approve", "--target", "night.alley")
        assert paid(project, address, "cost", "--reconcile").out.endswith("\nNothing differs.\n")
        refused = paid(project, address, "cost", "--reconcile", check=1, key="another-key-entirely")
        assert "invalidApiKey" in refused.err
    gone = paid(project, address, "cost", "--reconcile", check=1)
    assert (gone.out, "could not be reached" in gone.err) == ("", True)
