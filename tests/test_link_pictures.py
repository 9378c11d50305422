"""Pictures: which file, what size, and what stands for one that cannot be shown."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from convert.link.pictures import media_type, split_options
from convert.link.remote import RemoteError, fetch
from tests.support.linked import PNG, check, linked, said, show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![[図.png]]", "<img picture:p1></img>"),
        ("![[図.png|100]]", "<img width=100px picture:p1></img>"),
        ("![[図.png|100x145]]", "<img width=100px height=145px picture:p1></img>"),
        ("![[図.png|説明]]", "<img picture:p1>説明</img>"),
        ("![[図.png|説明 a|80]]", "<img width=80px picture:p1>説明 a</img>"),
        ("![[x/図.png#anchor]]", "<img picture:p1></img>"),
        ("![説明](x/図.png)", "<img picture:p1>説明</img>"),
        ("![説明|80](x/%E5%9B%B3.png)", "<img width=80px picture:p1>説明</img>"),
        ("![250](図.png)", "<img width=250px picture:p1></img>"),
        ('![|30x40](<図.png> "題")', "<img width=30px height=40px picture:p1></img>"),
        ("![*a* `b`](図.png?raw=1)", "<img picture:p1>a b</img>"),
        ("[![[図.png]]](https://e.com)", "<a.external-link https://e.com><img picture:p1></img></a>"),
        ("![[図.png]] ![](図.png)", "<img picture:p1></img> <img picture:p1></img>"),
    ],
)
def test_shape(tmp_path: Path, text: str, shown: str) -> None:
    document = linked(tmp_path, {"A.md": text, "x/図.png": PNG})
    check(document)
    assert {diagnostic.code for diagnostic in document.diagnostics} <= {"image.no-alt"}
    assert show(document.blocks) == f"<p>{shown}</p>"
    (picture,) = document.pictures.values()
    assert (picture.path, picture.media_type) == ("x/図.png", "image/png")
    assert picture.file == tmp_path.resolve() / "x" / "図.png"


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("![[no.png]]", "image.missing", "image-missing"),
        ("![](no.png)", "image.missing", "image-missing"),
        ("![](https://e.com/x.png)", "image.remote", "image-remote"),
        ("![](//e.com/x.png)", "image.remote", "image-remote"),
        ("![](data:image/png;base64,AAAA)", "image.invalid", "image-invalid"),
        ("![](file:///etc/passwd)", "image.invalid", "image-invalid"),
        ("![[text.png]]", "image.invalid", "image-invalid"),
        ("![](../out.png)", "path.outside", "outside"),
        ("![[link.png]]", "path.outside", "outside"),
    ],
)
def test_what_cannot_be_shown(tmp_path: Path, text: str, code: str, kind: str) -> None:
    (tmp_path / "out.png").write_bytes(PNG)
    root = tmp_path / "vault"
    root.mkdir()
    (root / "link.png").symlink_to(tmp_path / "out.png")
    document = linked(root, {"A.md": text, "text.png": b"no picture"})
    check(document)
    assert said(document) == [f"A.md:1:1 {code}"]
    assert show(document.blocks).startswith(f"<div.placeholder data-kind={kind}>")
    assert not document.pictures


@pytest.mark.parametrize(
    ("options", "alt", "size"),
    [
        ("", "", []),
        ("100", "", [("width", "100px")]),
        ("100x", "100x", []),
        ("0", "0", []),
        ("a|b|20x30", "a|b", [("width", "20px"), ("height", "30px")]),
        ("x100", "x100", []),
    ],
)
def test_options(options: str, alt: str, size: list[tuple[str, str]]) -> None:
    assert split_options(options) == (alt, size)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\1\2\3\4WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"<?xml version='1.0'?><svg/>", "image/svg+xml"),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_the_content_says_what_it_is(tmp_path: Path, head: bytes, kind: str | None) -> None:
    (tmp_path / "x.jpg").write_bytes(head)
    assert media_type(tmp_path / "x.jpg") == kind


class _Server(BaseHTTPRequestHandler):
    def __init__(self, asked: list[str], *args: Any) -> None:
        self.asked = asked
        super().__init__(*args)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status = 200 if self.path.endswith(".png") else 302 if self.path == "/away" else 404
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "file:///etc/passwd")
        self.end_headers()
        if status == 200:
            self.wfile.write(PNG)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    with HTTPServer(("127.0.0.1", 0), partial(_Server, asked)) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", asked
        http.shutdown()
        thread.join()


def test_pictures_are_fetched_once_and_only_if_allowed(
    tmp_path: Path, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = server
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    files = {"A.md": f"![絵|20]({address}/図%20a.png) ![]({address}/none)"}
    refused = linked(tmp_path / "vault", files)
    assert not asked
    assert [d.code for d in refused.diagnostics] == ["image.remote"] * 2
    for _ in range(2):
        document = linked(tmp_path / "vault", files, allow_network=True)
        check(document)
        assert [d.code for d in document.diagnostics] == ["image.remote"]
        assert "<img width=20px picture:p1>絵</img>" in show(document.blocks)
        assert document.pictures["p1"].file.read_bytes() == PNG
    assert asked == ["/%E5%9B%B3%20a.png", "/none", "/none"]


def test_nothing_but_the_web_is_fetched(
    tmp_path: Path, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    for address in (f"{server[0]}/away", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://[", "http://127.0.0.1:1/x"):
        with pytest.raises(RemoteError):
            fetch(address, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("![[図.png|説明]] ![説明|80](図.png)", []),
        ("一\n\n二 ![[図.png]]\n", ["A.md:3:3"]),
        ("![[図.png|100]] ![](図.png)", ["A.md:1:1", "A.md:1:16"]),
    ],
)
def test_a_picture_without_a_text_of_its_own_is_told_of(tmp_path: Path, text: str, places: list[str]) -> None:
    document = linked(tmp_path, {"A.md": text, "図.png": PNG})
    assert said(document) == [f"{place} image.no-alt" for place in places]
    assert all(diagnostic.severity == "info" for diagnostic in document.diagnostics)
