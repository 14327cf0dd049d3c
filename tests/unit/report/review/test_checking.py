"""A report is worked out again by whoever reads it: what does not follow from its requests is refused."""

import copy
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from acceptance.repositories import commit, git
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace
from unit.project.reviewed_projects import buy, edit, opened, project, write
from unit.report.reviews import review_values

from ltxspec.catalog.models import load_catalog
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.destinations import Destination, destination_of
from ltxspec.plan.planfile import plan_digest
from ltxspec.project.review import make_review
from ltxspec.report.review.checking import Reader, checked
from ltxspec.report.review.json import review_json
from ltxspec.report.review.reading import ReviewFileError, read_review, review_from_json
from ltxspec.review.models import Review, RuleChange, ShotKind
from ltxspec.storage.packaged import read_model_documents

MODEL = "lightricks-ltx-2-pro.json"
PACKAGED = load_catalog(read_model_documents())
STRANGER = Reader(PACKAGED, PACKAGED)
NEIGHBOUR = replace(STRANGER, project="test")  # stands in a checkout of the project
SHOT = "  tower: {prompt: A tower, duration: 10, width: 3840, height: 2160}\n"


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of four shots one is edited, one renamed, one updated and one removed; one is new, and one new one was bought."""
    root = project(tmp_path_factory.mktemp("films"))
    spec = "specs/night.yaml"
    edit(root, spec, "shots:\n", "shots:\n  bridge: {prompt: A bridge}\n")
    buy(root)
    edit(root, spec, "shots:\n", f"shots:\n{SHOT}")
    edit(root, spec, "  alley: {prompt: ", "  alley: {duration: 10, prompt: ")
    edit(root, spec, "  pier: {", "  pier: {safety: {checkContent: true}, ")
    write(root, "specs/data/rows.csv", "sku,name,light\nlantern,A lamp,warm\n")
    commit(root, "edit")
    return root


@pytest.fixture(scope="session")
def honest(films: Path) -> Review:
    return reported(films)


def reported(root: Path) -> Review:
    """The review of a commit, as a job without rights reports it."""
    return read_review(review_json(make_review(opened(root), "main", "HEAD")), "review.json")


def changed(review: Review, index: int = 0, **fields: Any) -> Review:
    """The review with another change of one shot, and with every sum and the digest worked out anew by its forger."""
    shots = list(review.shots)
    told = shots[index].change
    assert told is not None
    shots[index] = replace(shots[index], change=replace(told, **fields))
    return summed(replace(review, shots=shots))


def summed(review: Review) -> Review:
    changes = [shot.change for shot in review.shots if shot.change is not None]
    total = sum((change.estimate or Decimal(0) for change in changes if change.action.spends), Decimal(0))
    unknown = sum(change.estimate is None for change in changes if change.action.spends)
    digest = plan_digest(Plan(review.provider, changes))
    return replace(review, estimate=total, estimate_unknown=unknown, plan_digest=digest)


def refused(review: Review, reader: Reader = NEIGHBOUR) -> str:
    with pytest.raises(ReviewFileError) as caught:
        checked(review_from_json(json.loads(review_json(review))), reader, "review.json")
    return caught.value.summary


def test_what_an_honest_report_says_stands(honest: Review) -> None:
    kinds = {shot.kind for shot in honest.shots}
    assert kinds == {ShotKind.PENDING, ShotKind.RENDERED, ShotKind.UPDATED, ShotKind.MOVED, ShotKind.RETIRED}
    assert checked(honest, NEIGHBOUR, "review.json") == checked(honest, STRANGER, "review.json") == honest
    assert honest.plan_digest.startswith("sha256:")


def test_a_digest_of_another_plan_is_refused(honest: Review) -> None:
    shots = [shot for shot in honest.shots if str(shot.address) != "night.tower"]
    other = replace(summed(replace(honest, shots=shots)), plan_digest=honest.plan_digest)
    assert "`/planDigest`" in refused(other)


def test_a_price_is_the_readers_own(honest: Review) -> None:
    found = refused(changed(honest, estimate=Decimal("0.01")))
    assert "`/shots/0/change/estimate`" in found
    assert "is 0.01 in the report, but its request gives" in found
    assert "omits why the plan is not ready" in refused(changed(honest, estimate=None))


def longer(review: Review) -> Review:
    """The cheaper request under the name and task of the dearer one."""
    change = review.shots[0].change
    assert change is not None
    assert change.request is not None
    body = {**change.request.body, "duration": 6}
    return changed(review, request=replace(change.request, body=body))


def test_a_fingerprint_is_that_of_the_request(honest: Review) -> None:
    assert "`/shots/0/change/fingerprint`" in refused(longer(honest))
    assert "`/shots/0/change/fingerprint`" in refused(longer(honest), STRANGER)


@pytest.mark.parametrize("fields", [{"task_id": "0" * 8}, {"retake": 2}, {"attempt": 2}])
def test_a_task_is_that_of_the_shot_where_the_project_is_known(honest: Review, fields: dict[str, Any]) -> None:
    assert "`/shots/0/change/taskUUID`" in refused(changed(honest, **fields))


def test_a_new_id_of_the_project_is_told_and_then_counts(honest: Review) -> None:
    rules = [RuleChange("project.id", "other", "test")]
    told = replace(honest, rules=rules)
    assert checked(told, replace(STRANGER, project="other"), "x") == told
    assert "/taskUUID" in refused(honest, replace(STRANGER, project="other"))
    assert "/taskUUID" in refused(replace(honest, rules=[RuleChange("project.id", "test", None)]))


def test_a_shot_that_is_ordered_has_a_request(honest: Review) -> None:
    document = copy.deepcopy(review_values(honest))
    document["shots"][0]["change"] |= {"request": {}, "changes": [], "inputs": {}}
    with pytest.raises(ReviewFileError, match="`/shots/0/change/request`"):
        checked(review_from_json(document), STRANGER, "x")


def test_what_is_shown_of_a_shot_is_what_its_requests_say(honest: Review) -> None:
    index, shot = next((index, shot) for index, shot in enumerate(honest.shots) if shot.kind is ShotKind.RENDERED)
    forged = replace(shot, prompt_after="something else")
    shots = [*honest.shots[:index], forged, *honest.shots[index + 1 :]]
    assert f"`/shots/{index}/prompt/after`" in refused(replace(honest, shots=shots))


def branch(films: Path, tmp_path: Path, name: str, text: str, *, spec: str = "") -> Path:
    """A clone with one more file or line of a spec."""
    root = tmp_path / "films"
    git(tmp_path, "clone", "--quiet", str(films), str(root))
    git(root, "branch", "--quiet", "main", "origin/main")
    write(root, name, text)
    if spec:
        edit(root, "specs/night.yaml", "shots:\n", f"shots:\n{spec}")
    commit(root, "more")
    return root


def model(air: str = "lightricks:2@0", **price: str) -> str:
    document = copy.deepcopy(read_model_documents(None)[MODEL])
    document["x-ltxspec"] |= {"air": air} if air == "lightricks:2@0" else {"air": air, "slug": "own-model"}
    document["properties"]["model"]["const"] = air
    for row in document["x-ltxspec"]["price"]["rows"]:
        row.update(price)
    return json.dumps(document)


def test_a_lower_price_of_the_project_is_told_beside_the_readers_own(films: Path, tmp_path: Path) -> None:
    told = reported(branch(films, tmp_path, f"schemas/models/{MODEL}", model(usdPerSecond="0.001")))
    assert told.reckoned is not None
    assert told.reckoned > 100 * told.estimate > 0
    assert checked(told, NEIGHBOUR, "x") == told
    assert "`/reckoned`" in refused(replace(told, reckoned=None))
    assert "`/reckoned`" in refused(replace(told, reckoned=told.reckoned - Decimal("0.01")))
    assert "`/shots/0/change/estimate`" in refused(replace(told, rules=()))


def test_a_lower_price_of_a_model_that_is_the_projects_own_is_told_and_counts(films: Path, tmp_path: Path) -> None:
    shot = "  own: {model: 'own:1@1', prompt: A model of our own}\n"
    root = branch(films, tmp_path, "schemas/models/own.json", model("own:1@1"), spec=shot)
    git(root, "branch", "-f", "main")
    here = Reader(opened(root).catalog, PACKAGED, "test")
    write(root, "schemas/models/own.json", model("own:1@1", usdPerSecond="0.001"))
    edit(root, "specs/night.yaml", "A model of our own", "Our own model")
    commit(root, "cheaper")
    told = reported(root)
    assert [rule.name for rule in told.rules if rule.name.startswith("price of own:1@1")]
    assert checked(told, here, "x") == told


def test_a_limit_holds_for_the_readers_price(films: Path, tmp_path: Path) -> None:
    root = branch(films, tmp_path, f"schemas/models/{MODEL}", model(usdPerSecond="0.001"))
    told = reported(root)
    low = replace(told, limit=Decimal("0.50"))
    assert "`/refusals`" in refused(low)


def left_open(review: Review) -> str:
    """What is said of a request that cannot be worked out again; its review has nothing to approve."""
    found = checked(review, STRANGER, "x")
    assert review.plan_digest
    assert found.plan_digest == ""
    note, *rest = found.diagnostics
    assert rest == list(review.diagnostics)
    assert (note.code, note.severity) == ("unchecked-request", "warning")
    return note.message


def test_a_model_that_only_the_change_knows_leaves_nothing_to_approve(films: Path, tmp_path: Path) -> None:
    shot = "  own: {model: 'own:1@1', prompt: A model of our own}\n"
    root = branch(films, tmp_path, "schemas/models/own.json", model("own:1@1"), spec=shot)
    told = reported(root)
    assert "`night.own` cannot be reproduced" in (message := left_open(told))
    assert "the model `own:1@1` is unknown here" in message
    assert checked(told, Reader(opened(root).catalog, PACKAGED, "test"), "x") == told


def test_a_secret_that_is_left_out_leaves_nothing_to_approve(films: Path, tmp_path: Path) -> None:
    image = "https://bucket.example/a.jpg?id=5&X-Amz-Signature=0123456789abcdef"
    shot = f"  doorway: {{prompt: A door, inputs: {{frameImages: [{{image: '{image}', frame: first}}]}}}}\n"
    root = branch(films, tmp_path, "notes.txt", "x", spec=shot)
    assert "`night.doorway` cannot be reproduced" in (message := left_open(reported(root)))
    assert "may be secret" in message


def sending(films: Path, tmp_path: Path, where: str) -> Review:
    shot = f"  doorway: {{prompt: A door, webhookURL: '{where}'}}\n"
    return reported(branch(films, tmp_path, "notes.txt", "x", spec=shot))


def destination(review: Review) -> tuple[int, Destination]:
    pairs = ((index, shot.change.destination) for index, shot in enumerate(review.shots) if shot.change is not None)
    return next((index, found) for index, found in pairs if found is not None)


def test_where_results_are_sent_is_part_of_what_is_approved(films: Path, tmp_path: Path) -> None:
    told = sending(films, tmp_path, "https://calls.example/hook")
    assert checked(told, NEIGHBOUR, "x") == told
    index, _ = destination(told)
    assert "`/planDigest`" in refused(replace(changed(told, index, destination=None), plan_digest=told.plan_digest))
    elsewhere = destination_of({"webhookURL": "https://evil.example"})
    forged = changed(told, index, destination=elsewhere)
    assert "`/planDigest`" in refused(replace(forged, plan_digest=told.plan_digest))


def test_where_results_are_sent_is_not_approved_by_a_digest_alone(films: Path, tmp_path: Path) -> None:
    told = sending(films, tmp_path, "https://evil.example/hook")
    index, found = destination(told)
    forged = changed(told, index, destination=replace(found, shown={"webhookURL": "https://good.example/hook"}))
    assert forged.plan_digest == told.plan_digest
    assert "part of where its results are sent is omitted" in left_open(forged)
    assert "/change/delivery/digest`" in refused(changed(told, index, destination=replace(found, shown={"ttl": 60})))


def test_a_secret_in_where_results_are_sent_leaves_nothing_to_approve_unless_the_reader_has_it(
    films: Path, tmp_path: Path
) -> None:
    own = {"webhookURL": "https://calls.example/hook?token=canary"}
    told = sending(films, tmp_path, own["webhookURL"])
    assert "`night.doorway` cannot be reproduced" in left_open(told)
    assert "canary" not in json.dumps(review_values(told))
    assert checked(told, replace(NEIGHBOUR, delivery=own), "x") == told


SAFE = "  tower: {prompt: A tower, duration: 10, width: 3840, height: 2160, safety: {checkContent: false}}\n"


def without_recorded(change: Change) -> dict[str, Any]:
    """The request as a forger shows it."""
    assert change.request is not None
    body = {name: value for name, value in change.request.body.items() if name != "safety"}
    return {"request": replace(change.request, body=body)}


def test_a_report_that_hides_a_recorded_parameter_is_refused(films: Path, tmp_path: Path) -> None:
    text = (films / "specs/night.yaml").read_text("utf-8").replace(SHOT, SAFE)
    told = reported(branch(films, tmp_path, "specs/night.yaml", text))
    assert checked(told, NEIGHBOUR, "x") == told
    (index,) = (index for index, shot in enumerate(told.shots) if str(shot.address) == "night.tower")
    change = told.shots[index].change
    assert change is not None
    hidden = without_recorded(change)
    for reader in (NEIGHBOUR, STRANGER):
        assert f"`/shots/{index}/change/recorded`" in refused(changed(told, index, **hidden), reader)
    forged = changed(told, index, **hidden, recorded=None)
    assert checked(forged, NEIGHBOUR, "x").plan_digest != told.plan_digest


def test_a_shot_that_stands_in_a_report_twice_is_refused(honest: Review) -> None:
    free = next(shot for shot in honest.shots if shot.kind is ShotKind.UPDATED)
    for twin in (honest.shots[0], replace(free, address=honest.shots[0].address)):
        told = summed(replace(honest, shots=[*honest.shots, twin], limit=Decimal(100)))
        assert "/address` does not match the report's own requests: the shot is listed twice" in refused(told)


def test_a_file_of_a_model_that_assumes_something_else_leaves_nothing_to_approve(films: Path, tmp_path: Path) -> None:
    document = json.loads(model())
    lightricks = document["properties"]["providerSettings"]["properties"]["lightricks"]
    lightricks["properties"]["generateAudio"]["default"] = True
    root = branch(films, tmp_path, f"schemas/models/{MODEL}", json.dumps(document))
    assert "the file of `lightricks:2@0` is different here" in left_open(reported(root))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((value, key), *places(item))]


def money(review: Review) -> tuple[Any, ...]:
    """All that an approval would spend."""
    changes: list[Change] = [shot.change for shot in review.shots if shot.change is not None]
    priced = [
        (change.address, change.action, change.fingerprint, change.task_id, change.estimate) for change in changes
    ]
    requests = [
        (change.request.body, change.request.inputs) for change in changes if change.request and change.action.spends
    ]
    return review.provider, review.plan_digest, review.estimate, review.reckoned, priced, requests


@given(st.data())
def test_no_field_of_a_report_can_be_changed_so_that_other_money_is_approved(
    honest: Review, data: st.DataObject
) -> None:
    document = copy.deepcopy(review_values(honest))
    place, key = data.draw(st.sampled_from(places(document)))
    twins = [item for _, item in places(document) if type(item) is type(place[key]) and item != place[key]]
    place[key] = copy.deepcopy(data.draw(st.sampled_from([*twins, None, "0.01", 0, 1, "lightricks:2@1"])))
    try:
        found = checked(review_from_json(json.loads(json.dumps(document))), NEIGHBOUR, "review.json")
    except ReviewFileError:
        return
    assert found.plan_digest == "" or money(found) == money(honest)
