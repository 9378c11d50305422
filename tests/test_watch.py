"""``kumihan watch``, and the page that shows its outputs."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from convert.preview import Preview
from convert.watch import changes, concerns
from tests.test_crash import Vault

ROOT = Path("/v")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/v/a.md", True),
        ("/v/章/p.png", True),
        ("/v/kumihan.yaml", True),
        ("/v/.obsidian/app.json", True),
        ("/v/.obsidian/snippets/x.css", True),
        ("/v/.obsidian/workspace.json", False),
        ("/v/.kumihan/themes/x/theme.yaml", True),
        ("/v/章/.export-ignore", True),
        ("/v/.git/index", False),
        ("/v/章/.kumihan-123-0-pdf.tmp", False),
        ("/v/out/a.pdf", False),
        ("/elsewhere/kumihan.yaml", True),
    ],
)
def test_what_a_build_may_read(path: str, counts: bool) -> None:
    assert concerns(Path(path), ROOT, [ROOT / "out"]) is counts
    assert concerns(Path(path), ROOT, [ROOT]) is (counts or path == "/v/out/a.pdf")


def test_changes_since_the_first_answer_count(tmp_path: Path) -> None:
    found = changes(tmp_path)
    assert next(found) is False
    (tmp_path / "a.md").write_text("x")
    (tmp_path / ".hidden").write_text("x")
    assert any(next(found) for _ in range(10))
    (tmp_path / ".hidden").write_text("y")
    assert not any(next(found) for _ in range(2))


def wait(for_what: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not for_what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_watch(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    process = vault.start("watch")
    try:
        wait(lambda: len(vault.shown()) == 25)
        times = {file.name: file.stat().st_mtime_ns for file in vault.out.iterdir()}
        vault.write(3, "second")
        wait(lambda: vault.shown()["n3"] == "second")
        new = {file.name: file.stat().st_mtime_ns for file in vault.out.iterdir()}
        assert [name for name in new if new[name] != times[name]] == ["n3.pdf"]
        (vault.root / "kumihan.yaml").write_text("a: [")
        time.sleep(0.5)
        (vault.root / "kumihan.yaml").write_text("")
        vault.write(4, "third")
        wait(lambda: vault.shown()["n4"] == "third")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()


# The page


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a b.html").write_text("<p>one")
    (tmp_path / "out" / "other.html").write_text("the user's")
    (tmp_path / "secret").write_text("secret")
    with Preview() as served:
        served.shown.update({"章/a b.html": tmp_path / "out" / "a b.html"}, ["章/a b.html"])
        yield served


def get(preview: Preview, path: str, host: str | None = None, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    address = urlsplit(preview.address)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 0, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or address.netloc)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def test_page_and_outputs(preview: Preview) -> None:
    base = urlsplit(preview.address).path
    status, page, headers = get(preview, base)
    assert (status, b"preview.js" in page) == (200, True)
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert get(preview, base + "preview.js")[0] == 200
    assert b'"version": 1' in get(preview, base + "outputs.json")[1]
    status, data, headers = get(preview, base + "outputs/" + quote("章/a b.html") + "?1")
    assert (status, data) == (200, b"<p>one")
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert get(preview, base, method="HEAD")[:2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    ["/", "/favicon.ico", "{}x", "{}outputs/", "{}outputs/other.html", "{}../", "{}outputs/../secret",
     "{}outputs/%2e%2e/secret", "{}outputs//etc/passwd", "{}outputs/%00", "{}templates/preview.html"],
)  # fmt: skip
def test_nothing_else_is_given(preview: Preview, path: str) -> None:
    status, data, _ = get(preview, path.format(urlsplit(preview.address).path))
    assert (status, data) == (404, b"")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]:80", "evil.example:{port}"])
def test_other_hosts_are_refused(preview: Preview, host: str) -> None:
    address = urlsplit(preview.address)
    assert get(preview, address.path, host.format(port=address.port))[:2] == (403, b"")
    assert get(preview, address.path, f"localhost:{address.port}")[0] == 200


def test_it_listens_to_this_machine_only(preview: Preview) -> None:
    assert preview._server.server_address[0] == "127.0.0.1"
    assert len(urlsplit(preview.address).path) > 24


def test_news(preview: Preview, tmp_path: Path) -> None:
    address = urlsplit(preview.address)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 0, timeout=10)
    connection.request("GET", address.path + "events")
    answer = connection.getresponse()
    assert answer.readline() == b"data: 1\n"
    answer.readline()
    preview.shown.update({"b.pdf": tmp_path / "b.pdf"}, [])
    assert answer.readline() == b"data: 2\n"
    connection.close()
    assert preview.shown.table() == [{"name": "b.pdf", "version": 2}]
    assert get(preview, address.path + "outputs/b.pdf")[0] == 404
    (tmp_path / "b.pdf").write_bytes(os.urandom(10))
    assert get(preview, address.path + "outputs/b.pdf")[0] == 200
