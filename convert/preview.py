"""A page on this machine that shows a build's outputs and loads them again when they change.

It listens on the loopback address only, below a path that nobody can guess, answers requests only that name that
address as their host (a page of the web whose name was made to lead here does not), and has nothing to give but the
outputs themselves and the page around them.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from convert import resources

_ADDRESS: Final = "127.0.0.1"
_TYPES: Final = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
#: Our own page may load its script, ask us, and show outputs; an output may load nothing.
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HTML_POLICY: Final = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups"
)
_OUTPUT_POLICY: Final = (
    "frame-ancestors 'self'"  # a browser's viewer of PDFs heeds no more than that, or does not begin
)
#: Seconds after which a connection that waits for news hears that there are none.
_SILENCE: Final = 20.0


class Shown:
    """The outputs that the page shows, and how often each has changed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: dict[str, Path] = {}
        self._versions: dict[str, int] = {}
        self._number = 0
        self._closed = False

    def update(self, files: Mapping[str, Path], fresh: Iterable[str]) -> None:
        """These outputs there are, by name; those that are ``fresh`` have another content now."""
        with self._changed:
            self._number += 1
            self._files = dict(files)
            for name in {*fresh, *(files.keys() - self._versions.keys())}:
                self._versions[name] = self._number
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody need wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def file(self, name: str) -> Path | None:
        """The file of an output."""
        with self._changed:
            return self._files.get(name)

    def table(self) -> list[dict[str, object]]:
        """Names and versions, in order."""
        with self._changed:
            return [{"name": name, "version": self._versions[name]} for name in sorted(self._files)]

    def wait(self, number: int, seconds: float) -> int | None:
        """The number of the last update, once it is not ``number`` or the time is over; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._number != number, seconds)
            return None if self._closed else self._number


class Preview:
    """The server. Use it in a ``with``."""

    def __init__(self) -> None:
        """Listen, at a port that the system chooses."""
        self.shown = Shown()
        self._token = secrets.token_urlsafe(18)
        self._server = ThreadingHTTPServer((_ADDRESS, 0), partial(_Handler, self.shown, self._token))
        self._server.daemon_threads = True
        self.address = f"http://{_ADDRESS}:{self._server.server_port}/{self._token}/"
        """Where a browser finds it."""

    def __enter__(self) -> Preview:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shown.close()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.0"  # one answer a connection: nothing to keep in step
    server_version, sys_version = "kumihan", ""
    timeout = 60

    def __init__(self, shown: Shown, token: str, *arguments: object) -> None:
        self._shown, self._token = shown, token
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer."""
        port = self.connection.getsockname()[1]
        if self.headers.get("Host", "") not in (f"{_ADDRESS}:{port}", f"localhost:{port}"):
            self._refuse(403)
            return
        path = self.path.partition("?")[0]
        start = f"/{self._token}/"
        if not secrets.compare_digest(path[: len(start)].encode(), start.encode()):
            self._refuse(404)
            return
        name = unquote(path[len(start) :])
        match name:
            case "":
                self._answer(resources.templates("preview.html").read_bytes(), "text/html; charset=utf-8", _PAGE_POLICY)
            case "preview.js":
                self._answer(resources.templates("preview.js").read_bytes(), "text/javascript; charset=utf-8")
            case "outputs.json":
                self._answer(json.dumps(self._shown.table()).encode(), "application/json")
            case "events":
                self._tell()
            case _:
                self._output(name.removeprefix("outputs/") if name.startswith("outputs/") else "")

    do_HEAD = do_GET

    def _output(self, name: str) -> None:
        file = self._shown.file(name)
        try:
            data = file.read_bytes() if file else None
        except OSError:
            data = None
        if file is None or data is None:
            self._refuse(404)
            return
        self.send_response_only(200)
        suffix = file.suffix.lower()
        if suffix == ".docx":
            self.send_header("Content-Disposition", f"attachment; filename*=UTF-8''{quote(file.name)}")
        kind = _TYPES.get(suffix, "application/octet-stream")
        self._body(data, kind, _HTML_POLICY if suffix == ".html" else _OUTPUT_POLICY)

    def _answer(self, data: bytes, kind: str, policy: str = "default-src 'none'") -> None:
        self.send_response_only(200)
        self._body(data, kind, policy)

    def _body(self, data: bytes, kind: str, policy: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", policy)
        self._no_traces()
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _no_traces(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")  # a link out of an output must not tell the address
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")

    def _refuse(self, status: int) -> None:
        self.send_response_only(status)
        self._body(b"", "text/plain", "default-src 'none'")

    def _tell(self) -> None:
        """Tell of each change, until the browser is gone."""
        self.send_response_only(200)
        self.send_header("Content-Type", "text/event-stream")
        self._no_traces()
        self.end_headers()
        number: int | None = -1
        while self.command != "HEAD":
            number = self._shown.wait(number or 0, _SILENCE)
            if number is None:
                return
            try:
                self.wfile.write(f"data: {number}\n\n".encode())
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
