"""Pictures from the network, only when the command line says so. Each is fetched once and kept in the cache.

A second build reads the cache, so it gives the same bytes, and works without a network.
"""

from __future__ import annotations

import os
import tempfile
import urllib.error
import urllib.request
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from convert import __version__
from convert.fonts.faces import user_cache

#: Bytes of a picture, and seconds that a server may be silent.
MAX_BYTES = 50_000_000
SECONDS = 15


class RemoteError(Exception):
    """The picture cannot be fetched; the message says why."""


def fetch(address: str, folder: Path | None = None) -> Path:
    """The file of a picture at an ``http`` or ``https`` address; :class:`RemoteError` if there is none to be had.

    ``folder`` is where pictures are kept, by default below the user's cache.
    """
    if address.startswith("//"):
        address = "https:" + address
    folder = folder or user_cache() / "pictures"
    file = folder / sha256(address.encode(errors="replace")).hexdigest()
    if file.is_file():
        return file
    data = _get(quote(address, safe="%/:?#[]@!$&'()*+,;=~-._"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        Path(temporary).replace(file)
    except OSError as error:
        raise RemoteError(f"it cannot be kept: {error.strerror}") from error
    return file


class _OnlyWeb(urllib.request.HTTPRedirectHandler):
    """Redirections stay on the web: one to ``ftp:`` or ``file:`` is refused."""

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object, newurl: str
    ) -> urllib.request.Request | None:
        if not newurl.lower().startswith(("http://", "https://")):
            raise urllib.error.URLError("redirected out of the web")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _get(address: str) -> bytes:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _OnlyWeb(),
    ):
        opener.add_handler(handler)
    headers = {"User-Agent": f"kumihan/{__version__}", "Accept": "image/*"}
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the opener knows only the web
        with opener.open(request, timeout=SECONDS) as answer:
            data: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, ValueError, HTTPException) as error:  # URLError and time-outs are OSErrors
        raise RemoteError(str(getattr(error, "reason", "") or error) or type(error).__name__) from error
    if len(data) > MAX_BYTES:
        raise RemoteError(f"it has more than {MAX_BYTES // 1_000_000} MB")
    return data
