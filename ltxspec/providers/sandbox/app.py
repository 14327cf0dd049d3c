"""The ASGI application."""

from decimal import Decimal

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

from ltxspec.errors import LtxspecError
from ltxspec.providers.sandbox.deliveries import Deliveries
from ltxspec.providers.sandbox.downloads import SandboxDownloads
from ltxspec.providers.sandbox.exchange import Call, SandboxReply, answer, unreadable
from ltxspec.providers.sandbox.faults import is_lost_before, response
from ltxspec.providers.sandbox.films import FilmShelf
from ltxspec.providers.sandbox.matching import matching, subject
from ltxspec.providers.sandbox.outbound import CALLER
from ltxspec.providers.sandbox.scenario import CALL_FAULTS, Scenario, ScenarioFault, parse_scenario, write_scenario
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.tasks import Charge, TaskStore
from ltxspec.providers.sandbox.websocket import Sockets
from ltxspec.values import Json, format_usd, total_usd

_NOT_THE_KEY = ({"error": "the API key is missing or not valid", "hint": "send it as `Authorization: Bearer KEY`"}, 401)


class SandboxApp:
    """One sandbox as an ASGI application. Ready when built; it needs no lifespan event.

    It uses plain routing without Starlette's error middleware, which would turn a dropped connection into a reply.
    `scenario` may be replaced at any time.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.scenario = settings.scenario
        self.store = TaskStore(settings.folder)
        shelf = FilmShelf(settings, self.store)
        self._downloads = SandboxDownloads(settings, self.store, shelf)
        self._deliveries = Deliveries(settings, self.store, shelf)
        sockets = Sockets(settings, self._context, self._hear)
        self._router = Router(
            [
                Route("/v1", self._call, methods=["POST"]),
                Route("/", self._call, methods=["POST"]),
                WebSocketRoute("/v1", sockets.serve),
                WebSocketRoute("/", sockets.serve),
                Route("/video/{name}", self._video, methods=["GET"]),
                Route("/media/{name}", self._downloads.media, methods=["GET"]),
                Route("/sandbox/ledger", self._ledger, methods=["GET"]),
                Route("/sandbox/scenario", self._show_scenario, methods=["GET"]),
                Route("/sandbox/scenario", self._put_scenario, methods=["PUT"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, unless it comes from a sandbox, which would allow a sandbox to call itself."""
        if scope["type"] in {"http", "websocket"} and CALLER.lower().encode() in dict(scope["headers"]):
            await _json({"error": "a sandbox does not answer another sandbox"}, 508)(scope, receive, send)
            return
        await self._router(scope, receive, send)

    async def _call(self, request: Request) -> Response:
        dry_run = request.headers.get("X-Runware-Dry-Run", "").strip() in {"1", "true"}
        call = self._context(str(request.base_url).rstrip("/"), _bearer(request), dry_run)
        reply, faults = await self._hear(await request.body(), call)
        for fault in faults:
            if fault.fault == "delay":
                await self.settings.clock.sleep(fault.seconds)
        return response(reply, faults)

    def _context(self, base_url: str, key: str | None, dry_run: bool) -> Call:  # noqa: FBT001  # read from the call
        return Call(self.settings, self.store, self.scenario, base_url, key, dry_run)

    async def _hear(self, body: bytes, call: Call) -> tuple[SandboxReply, tuple[ScenarioFault, ...]]:
        """The correct reply to a call, and the faults that will be applied to it; what it accepted is delivered."""
        await self._deliveries.resume(self.scenario.behaviour)
        reply, faults = await run_in_threadpool(_answered, body, call)
        await self._deliveries.begin(reply.accepted, self.scenario.behaviour)
        return reply, faults

    async def _video(self, request: Request) -> Response:
        return await self._downloads.video(request, self.scenario)

    async def _ledger(self, request: Request) -> Response:
        if not self._may_look(request):
            return _json(*_NOT_THE_KEY)
        return _json(ledger(await run_in_threadpool(self.store.charges)))

    def _may_look(self, request: Request) -> bool:
        """Whether a request may read the ledger and change the scenario: like orders, only with the key."""
        return self.settings.api_key in (None, _bearer(request))

    async def _show_scenario(self, request: Request) -> Response:
        if not self._may_look(request):
            return _json(*_NOT_THE_KEY)
        return _json(write_scenario(self.scenario))

    async def _put_scenario(self, request: Request) -> Response:
        """Replace the scenario and reset the counts."""
        if not self._may_look(request):
            return _json(*_NOT_THE_KEY)
        try:
            self.scenario = parse_scenario(orjson.loads(await request.body()))
        except orjson.JSONDecodeError as error:
            return _json({"error": f"not JSON: {error}"}, 400)
        except LtxspecError as error:
            return _json({"error": error.summary, "hint": error.hint}, 400)
        await run_in_threadpool(self.store.forget_matches)
        return _json(write_scenario(self.scenario))


def create_app(settings: SandboxSettings) -> SandboxApp:
    """Build a sandbox.

    Raises:
        StorageError: its folder cannot be used.
    """
    return SandboxApp(settings)


def _answered(body: bytes, call: Call) -> tuple[SandboxReply, tuple[ScenarioFault, ...]]:
    try:
        tasks: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return unreadable(call), ()
    listed = [task for task in tasks if isinstance(task, dict)] if isinstance(tasks, list) else []
    subjects = [subject(task, call.store) for task in listed]
    faults = matching(call.scenario, call.store, subjects, CALL_FAULTS)
    lost = is_lost_before(faults)
    return (SandboxReply(200, {}), (lost,)) if lost is not None else (answer(tasks, call), faults)


def ledger(charges: list[Charge]) -> Json:
    """What was charged: count and amount (USD, null if a price is unknown) per task, and the sum of known amounts."""
    tasks: dict[str, list[Charge]] = {}
    for charge in charges:
        tasks.setdefault(charge.task, []).append(charge)
    rows = []
    for task, own in tasks.items():
        known, unknown = total_usd(charge.usd for charge in own)
        rows.append({"taskUUID": task, "count": len(own), "usd": None if unknown else format_usd(known)})
    total = total_usd(charge.usd for charge in charges)[0]
    return {"charges": rows, "total": format_usd(total or Decimal(0))}


def _bearer(request: Request) -> str | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


def _json(value: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


__all__ = ["SandboxApp", "Scenario", "create_app", "ledger"]
