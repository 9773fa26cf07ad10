"""The server: on 127.0.0.1 alone, with a key that only who started it has, and for its own page alone."""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextvars import copy_context
from hmac import compare_digest
from html import escape
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypedDict, TypeVar

import geopandas as gpd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.errors import GeometryError, SourceError, StudyError, ZoneplanError
from layers.outputs import NEW, write_text
from layers.phrases import Phrase
from maps.errors import WriteError
from maps.web import Verbatim, draw
from maps.words import STEP_PHRASES, Terms, phrase_in
from zoning.pipeline import known_roles
from zoning.plan import Plan
from zoning.rulebook import ELEVATION_ROLE
from zoning.study import Study, read_try
from zoning.whatif import plan_of_try

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response


KEPT = 8
"""How many tries are kept; a further one takes the place of the oldest."""
DRAWN_CRS = "EPSG:4326"
TRY = "try.toml"
"""What a try is called in messages that no file holds."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]
Announce = Callable[[str], None]
Kind = TypeVar("Kind", bound=BaseModel)


class _Said(BaseModel):
    """What a page may say: these keys, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DrawnLayer(_Said):
    """Land that somebody drew on the map, in longitude and latitude."""

    role: str
    features: dict[str, Any]


class Wish(_Said):
    """What shall be otherwise than in the adopted plan."""

    scenario: str
    layers: dict[Name, DrawnLayer] = {}


class KeptScenario(_Said):
    """A try that shall be kept as a file beside the plan."""

    name: Name
    scenario: str


class Try(NamedTuple):
    """What came of a wish."""

    name: str
    units: dict[str, dict[str, Any]]
    page: str


class TriedPlans:
    """The adopted plan, its page, and the latest tries; one is worked out at a time."""

    def __init__(self, plan: Plan, language: str) -> None:
        self._plan, self._language = plan, language
        self._working, self._count = Lock(), 0
        self._tries: OrderedDict[str, Try] = OrderedDict()
        self.adopted = _page(plan, language)

    def page(self, name: str) -> str | None:
        """The page of a try; None where there is none of that name any more."""
        kept_try = self._tries.get(name)
        return kept_try and kept_try.page

    def work_out(self, wish: str | bytes, announce: Announce = lambda _step: None) -> Try:
        """Work out a wish, as a whole run of a plan that says so would."""
        wanted = _read(Wish, wish)
        layers = {name: {"role": layer.role, "data": _drawn(name, layer)} for name, layer in wanted.layers.items()}
        study = read_try(wanted.scenario, self._plan.study, TRY)
        with self._working:
            tried = plan_of_try(self._plan, study, layers, announce)
            announce("map.html")
            self._count += 1
            made = Try(str(self._count), units_of(tried), _page(tried, self._language))
            self._tries[made.name] = made
            while len(self._tries) > KEPT:
                self._tries.popitem(last=False)
        return made

    def keep(self, content: str | bytes) -> Path:
        """Write a try as a file beside the plan, which ``zoneplan run`` takes."""
        wanted = _read(KeptScenario, content)
        plan_file = _plan_file(self._plan.study)
        target = plan_file.with_name(f"{wanted.name}.toml")
        read_try(wanted.scenario, self._plan.study, target.name)
        plan_line = f"plan = {json.dumps(self._plan.study.path.name, ensure_ascii=False)}"  # of a run that of its copy
        text = wanted.scenario.replace(plan_line, f"plan = {json.dumps(plan_file.name, ensure_ascii=False)}", 1)
        if os.path.lexists(target):
            raise WriteError(Phrase("{file} is there already: choose another name", file=target.name))
        write_text(target, text, NEW)
        return target


def units_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """By the id of a unit its main function, overlays, status and amounts, as the page tells the adopted plan.

    Examples
    --------
    >>> import zoneplan as zp
    >>> plan = zp.run(zp.read_study(zp.builtin_study("us_mountain_west")))
    >>> units_of(plan)["08123"]["main"]
    'agricultural'
    """
    zones, quotas = plan.zones, plan.quotas
    rows = zip(zones["unit_id"], zones["main"], zones["overlays"], zones["status"], strict=True)
    units: dict[str, dict[str, Any]] = {
        unit: {"main": main, "overlays": overlays, "status": status, "amounts": {}}
        for unit, main, overlays, status in rows
    }
    given = quotas[(quotas["level"] == "unit") & quotas["unit_id"].isin(units)]
    for quota, unit, amount in zip(given["quota"], given["unit_id"], given["amount"], strict=True):
        units[unit]["amounts"][quota] = f"{amount:f}"
    return units


def _page(plan: Plan, language: str) -> str:
    """The page of a plan, which may ask the server that it comes from, and knows which roles drawn land may have."""
    figure = draw(plan, language).get_root()
    figure.asks_its_server = True
    terms = Terms(plan.rulebook, language, plan.study)
    titles = sorted((terms.role(role), role) for role in known_roles(plan.rulebook) - {ELEVATION_ROLE})
    roles = [{"code": role, "title": title} for title, role in titles]
    settings = escape(json.dumps({"roles": roles, "tried": plan.study.tried is not None}))
    figure.header.add_child(Verbatim(f'<meta name="zoneplan-server" content="{settings}">', "server"), name="server")
    page: str = figure.render()
    return page


def _read(kind: type[Kind], content: str | bytes) -> Kind:
    try:
        return kind.model_validate_json(content)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        location = ".".join(map(str, first["loc"]))
        raise StudyError(
            Phrase("what the page asks for is not understood: {place}: {fault}", place=location, fault=first["msg"])
        ) from invalid


def _drawn(name: str, layer: DrawnLayer) -> gpd.GeoDataFrame:
    try:
        drawn = gpd.GeoDataFrame.from_features(layer.features.get("features", []), crs=DRAWN_CRS)
        kinds = set(drawn.geometry.geom_type) if len(drawn) else set()
    except Exception as error:
        raise GeometryError(Phrase("layer '{layer}' is no GeoJSON", layer=name), layer=name) from error
    if not kinds or not kinds <= {"Polygon", "MultiPolygon"}:
        raise GeometryError(Phrase("layer '{layer}': draw polygons", layer=name), layer=name)
    return drawn


def _plan_file(study: Study) -> Path:
    """The file of the plan in its own folder; a run has but a copy of it."""
    text = study.text.encode("utf-8")
    for path in (study.path, *sorted(study.folder.glob("*.toml"))):
        if path.is_file() and path.read_bytes() == text:
            return path
    raise SourceError(
        Phrase(
            "{folder}: no file there is the plan of this run as it was when it ran, so nothing can be saved beside it",
            folder=study.folder,
        ),
        code="changed",
    )


HOST = "127.0.0.1"
LONGEST_BODY = 4_000_000
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class StepLine(TypedDict):
    """That a step begins, by its name and in words."""

    step: str
    text: str


class MadeLine(TypedDict):
    """Where the page of what was tried is, and what became of its units."""

    page: str
    units: dict[str, dict[str, Any]]


class ErrorLine(TypedDict):
    """Why it could not be made, and the exit code that a command would have."""

    error: str
    code: int


Line = StepLine | MadeLine | ErrorLine
Handler = Callable[["Request"], Awaitable["Response"]]


class PlanServer:
    """A plan on 127.0.0.1."""

    def __init__(self, plans: TriedPlans, language: str, port: int = 0) -> None:
        try:
            import starlette  # noqa: F401, PLC0415  (an extra)
            import uvicorn  # noqa: PLC0415  (as above)
        except ImportError as error:
            raise ZoneplanError(
                Phrase("a server needs starlette and uvicorn, which are not installed: pip install zoneplan[serve]")
            ) from error
        self._plans, self._language = plans, language
        self._key = secrets.token_urlsafe(32)
        self._socket = _listening(port)
        self._port = self._socket.getsockname()[1]
        self.address = f"http://{HOST}:{self._port}/?key={self._key}"
        config = uvicorn.Config(self.application(), log_level="warning", server_header=False, lifespan="off")
        self._server = uvicorn.Server(config)

    def serve(self) -> None:
        """Serve until the process is interrupted."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Have :meth:`serve`, in another thread, come to its end."""
        self._server.should_exit = True

    def application(self) -> Starlette:
        """What answers requests."""
        from starlette.applications import Starlette  # noqa: PLC0415  (an extra)
        from starlette.routing import Route  # noqa: PLC0415  (an extra)

        return Starlette(
            routes=[
                Route("/", self._guarded(self._adopted)),
                Route("/tries", self._guarded(self._work_out), methods=["POST"]),
                Route("/tries/{name}", self._guarded(self._tried)),
                Route("/scenarios", self._guarded(self._keep), methods=["POST"]),
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        """A handler that is asked only by who has the key, under the server's own name, and by its own page."""

        async def answer(request: Request) -> Response:
            response = self._refused(request) or await handler(request)
            response.headers.update(HEADERS)
            return response

        return answer

    def _refused(self, request: Request) -> Response | None:
        from starlette.responses import PlainTextResponse, RedirectResponse  # noqa: PLC0415  (an extra)

        hosts = {f"{name}:{self._port}" for name in (HOST, "localhost")}
        host = request.headers.get("host", "")
        if host not in hosts:
            return PlainTextResponse("not a name of this server", 400)
        cookie = f"zoneplan_{self._port}"
        given = request.query_params.get("key", "")
        if request.method == "GET" and _same(given, self._key):
            response = RedirectResponse(request.url.path, 303)
            response.set_cookie(cookie, self._key, httponly=True, samesite="strict")
            return response
        if not _same(request.cookies.get(cookie, ""), self._key):
            return PlainTextResponse("open the address that `zoneplan serve` printed", 403)
        if request.method == "POST":
            if request.headers.get("origin") != f"http://{host}":
                return PlainTextResponse("asked by another page", 403)
            if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
                return PlainTextResponse("JSON is expected", 415)
        return None

    async def _adopted(self, _request: Request) -> Response:
        from starlette.responses import HTMLResponse  # noqa: PLC0415  (an extra)

        return HTMLResponse(self._plans.adopted)

    async def _tried(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse, RedirectResponse  # noqa: PLC0415  (an extra)

        page = self._plans.page(request.path_params["name"])
        return RedirectResponse("/", 303) if page is None else HTMLResponse(page)

    async def _work_out(self, request: Request) -> Response:
        """One line of JSON a step, and the last with what came of it."""
        from starlette.responses import PlainTextResponse, StreamingResponse  # noqa: PLC0415  (an extra)

        body = await _body(request)
        if body is None:
            return PlainTextResponse("too long", 413)
        lines = (f"{json.dumps(line, ensure_ascii=False)}\n" for line in self._lines(body))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    async def _keep(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, PlainTextResponse  # noqa: PLC0415  (an extra)

        body = await _body(request)
        if body is None:
            return PlainTextResponse("too long", 413)
        try:
            return JSONResponse({"file": self._plans.keep(body).name}, 201)
        except ZoneplanError as error:
            return JSONResponse(self._error(error), 409)

    def _lines(self, wish: bytes) -> Iterator[Line]:
        """What a thread of its own says while it works; it stops at the next step when nobody listens any more."""
        lines: SimpleQueue[Line | None] = SimpleQueue()
        gone = Event()

        def announce(step: str) -> None:
            if gone.is_set():
                raise _NobodyListens
            lines.put({"step": step, "text": phrase_in(STEP_PHRASES[step], self._language)})

        def work() -> None:
            try:
                made = self._plans.work_out(wish, announce)
                lines.put({"page": f"/tries/{made.name}", "units": made.units})
            except ZoneplanError as error:
                lines.put(self._error(error))
            except _NobodyListens:
                pass
            finally:
                lines.put(None)

        Thread(target=copy_context().run, args=(work,), daemon=True).start()
        try:
            yield from iter(lines.get, None)
        finally:
            gone.set()

    def _error(self, error: ZoneplanError) -> ErrorLine:
        return {"error": phrase_in(error.said, self._language), "code": error.exit_code}


class _NobodyListens(Exception):  # noqa: N818  (no error: the page was closed)
    """The page that asked is gone."""


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise ZoneplanError(
            Phrase("port {port} of this machine is taken: say another one with --port", port=port)
        ) from error
    listening.listen()
    return listening


async def _body(request: Request) -> bytes | None:
    """What was sent; None where it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            return None
    return body


def _same(given: str, key: str) -> bool:
    return compare_digest(given.encode(), key.encode())
