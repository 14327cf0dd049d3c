"""Plans for the report tests: small builders, and one rich plan that holds all nine actions."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from ltxspec.errors import Diagnostic, Location
from ltxspec.plan.actions import Action, Change, FieldChange, Plan, Reason
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId

FILE = "specs/night-scenes.yaml"

PROCESSION = (
    "A solemn torchlit procession of saffron-robed monks climbing a narrow path toward an ancient mountain monastery "
    "under a giant moon, sheer rock walls on one side and a mist-filled abyss on the other, banners fluttering in cold "
    "wind, drifting incense smoke, warm firelight against silver moonlight, a slow wide shot that glides forward and "
    "slightly upward, prayer wheels turning, distant waterfalls fading into fog, bells, footsteps on stone, soft "
    "chanting"
)
EDITED_PROCESSION = (
    PROCESSION.replace("saffron-robed", "crimson-robed").replace("a giant moon", "a thin crescent moon")
).replace(", soft chanting", " and crackling torches")


def fingerprint(seed: str) -> Fingerprint:
    """A fingerprint that is easy to tell from others."""
    return Fingerprint("v1:sha256:" + (seed.encode().hex() * 64)[:64])


def task(number: int) -> TaskId:
    """A task id of the right shape."""
    return TaskId(f"00000000-0000-4000-8000-{number:012d}")


def body(prompt: str = "Rain over Neo-Kyoto", **parameters: Any) -> dict[str, Any]:
    """A request body as rendered."""
    return {
        "taskType": "videoInference",
        "model": "lightricks:2@0",
        "positivePrompt": prompt,
        "width": 1920,
        "height": 1080,
        "duration": 8,
        "fps": 25,
        "providerSettings": {"lightricks": {"generateAudio": True}},
    } | parameters


def change(instance: str, action: Action, *reasons: Reason, line: int = 17, **fields: Any) -> Change:
    """A change of `night-scenes.<instance>` (or of `spec=`) with a request, unless `request=None` is given."""
    address = ShotAddress(fields.pop("spec", "night-scenes"), instance)
    file = fields.pop("file", FILE)
    content = fields.pop("body", None) or body()
    price = Decimal("0.48") if action.spends or action is Action.RESUME else None
    estimate = fields.pop("estimate", price)
    request = Request(address, content, {}, {}, fingerprint(instance), estimate, file, line, 3)
    values: dict[str, Any] = {
        "fingerprint": fingerprint(instance),
        "task_id": task(line),
        "request": request,
        "source": (file, line, 3),
        "estimate": estimate,
    }
    return Change(address, action, reasons, **(values | fields))


def rich_plan() -> Plan:
    """All nine actions, several reasons, an unknown price, and user text that tries to break out."""
    quiet = [
        change(f"take-{n}", Action.NO_OP, spec="quiet", file="specs/quiet.yaml", line=10 + n, body=body(f"Shot {n}"))
        for n in range(3)
    ]
    return Plan("runware", [*_night_scenes(), *_no_cost(), *quiet], [_WARNING], _SPENT)


_SPENT = {"night-scenes": (Decimal("4.80"), 0), "quiet": (Decimal("1.44"), 1)}
_WARNING = Diagnostic(
    "warning",
    "unused-variable",
    "`moon` is defined but no template uses it",
    Location(FILE, 9, 3, "  moon: giant"),
    "remove it from `vars`",
)


def _night_scenes() -> list[Change]:
    rain = body("Rain over Neo-Kyoto, a musician under a transparent umbrella, neon in every puddle")
    rain["inputs"] = {"frameImages": [{"image": "assets/alley.jpg", "frame": "first"}]}
    prompt = FieldChange("/positivePrompt", PROCESSION, EDITED_PROCESSION)
    audio = FieldChange("/providerSettings/lightricks/generateAudio", before=False, after=True)
    picture = FieldChange("/files/assets~1harbour.jpg", "sha256:" + "1a2b3c4d" * 8, "sha256:" + "9f8e7d6c" * 8)
    large = body(EDITED_PROCESSION, width=3840, height=2160, fps=50)
    return [
        change("alley", Action.CREATE, Reason.NEW, body=rain, changes=(FieldChange("/width", None, 1920),)),
        change(
            "procession", Action.REPLACE, Reason.REQUEST_CHANGED, line=24, body=large, estimate=Decimal("1.92"),
            changes=(prompt, FieldChange("/fps", 25, 50), audio),
        ),
        change("harbour", Action.REPLACE, Reason.INPUT_CHANGED, line=31, changes=(picture,), estimate=None),
        change("weather[rain,dusk]", Action.RESUME, Reason.UNDER_WAY, line=36),
        change(
            "weather[fog,dusk]", Action.BLOCKED, Reason.FAILED_FOR_GOOD, line=36,
            note="contentFlagged: the prompt was refused by the safety check </details> @team",
        ),
        change("weather[rain,night]", Action.NO_OP, line=36),
        change("weather[fog,night]", Action.NO_OP, line=36),
    ]  # fmt: skip


def _no_cost() -> list[Change]:
    safety = FieldChange("/safety/checkContent", before=None, after=True)
    return [
        change("coast", Action.UPDATE, Reason.RECORDED_FIELDS_CHANGED, line=44, changes=(safety,)),
        change(
            "shrine", Action.RESTORE, Reason.EARLIER_TAKE_MATCHES, line=51, changes=(FieldChange("/duration", 10, 8),)
        ),
        change("monastery", Action.MOVE, Reason.MOVED_BY_SPEC, line=58, origin="temple"),
        change("old-pier", Action.RETIRE, Reason.NOT_IN_SPEC, request=None, source=None),
    ]


GOLDEN = Path(__file__).parents[2] / "golden" / "report"


def golden(name: str, text: str) -> str:
    """What `name` should be. With UPDATE_GOLDEN=1 in the environment, the file is written anew from `text`."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
