"""The server: on 127.0.0.1 alone, with a key that only who started it has, and for its own page alone."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextvars import copy_context
from hmac import compare_digest
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypedDict

from layers.errors import ZoneplanError
from layers.phrases import Phrase
from maps.serve.tried_plans import TriedPlans
from maps.words import STEP_PHRASES, phrase_in

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

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
        lines = (f"{json.dumps(line, ensure_ascii=False)}\n" for line in self._told(body))
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

    def _told(self, wish: bytes) -> Iterator[Line]:
        """What a thread of its own says while it works; it stops at the next step when nobody listens any more."""
        said: SimpleQueue[Line | None] = SimpleQueue()
        gone = Event()

        def announce(step: str) -> None:
            if gone.is_set():
                raise _NobodyListens
            said.put({"step": step, "text": phrase_in(STEP_PHRASES[step], self._language)})

        def work() -> None:
            try:
                made = self._plans.work_out(wish, announce)
                said.put({"page": f"/tries/{made.name}", "units": made.units})
            except ZoneplanError as error:
                said.put(self._error(error))
            except _NobodyListens:
                pass
            finally:
                said.put(None)

        Thread(target=copy_context().run, args=(work,), daemon=True).start()
        try:
            yield from iter(said.get, None)
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
