"""Connections over a real socket: slow senders, silent ones, too many of them, and what is no request."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from selfeval_xl.errors import UsageError
from selfeval_xl.server import Listening, serve
from selfeval_xl.server.desk import Settings
from selfeval_xl.server.web import running
from selfeval_xl.server.web.connections import Bounds
from support.command import ROOT
from support.example_desk import FILLER, ExampleDesk, Session

QUICK = Bounds(for_address=5, in_all=6, head=0.4, look=0.4, pace=1000, idle=1, unread=300_000)


@contextmanager
def served(folder: Path, **more: object) -> Iterator[int]:
    """A served desk in a thread of its own; its port."""
    desk = ExampleDesk(folder)
    desk.sessions["filler"] = Session(FILLER, "csrf", "")
    listening = Listening(port=0, **more)  # type: ignore[arg-type]
    made: list[running._Server] = []
    began = threading.Event()
    with running.listen(listening) as listener, pytest.MonkeyPatch.context() as patch:
        port = listener.getsockname()[1]
        at = Listening(port=port, **more)  # type: ignore[arg-type]
        patch.setattr(running._Server, "main_loop", _kept(running._Server.main_loop, made))
        thread = threading.Thread(target=running.run, args=(desk, at, listener, began.set, QUICK))
        thread.start()
        try:
            assert began.wait(10)
            yield port
        finally:
            for server in made:
                server.should_exit = True
            thread.join(15)
            assert not thread.is_alive()


def _kept(real, made):  # type: ignore[no-untyped-def]
    async def main_loop(self) -> None:  # type: ignore[no-untyped-def]
        made.append(self)
        await real(self)

    return main_loop


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with served(tmp_path_factory.mktemp("desk")) as port:
        yield port


def line(port: int) -> socket.socket:
    """A connection."""
    return socket.create_connection(("127.0.0.1", port), 5)


def seconds_until_closed(open_line: socket.socket) -> float:
    """How long it takes until the other side closes."""
    begun = time.monotonic()
    try:
        while open_line.recv(65536):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - begun


def head(port: int, *lines: str, method: str = "GET", path: str = "/home") -> bytes:
    """The head of a request."""
    host = f"127.0.0.1:{port}"
    first = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Cookie: desk=filler"]
    return "\r\n".join([*first, *lines, "", ""]).encode()


def test_who_says_nothing_is_left(port):
    with line(port) as silent:
        assert 0.2 < seconds_until_closed(silent) < 2


def test_a_head_has_to_come_in_time_however_it_drips(port):
    with line(port) as slow:
        begun = time.monotonic()
        with pytest.raises(OSError):
            for letter in head(port, "X: " + "y" * 200):
                slow.sendall(bytes([letter]))
                time.sleep(0.05)
        assert time.monotonic() - begun < 3


def test_a_body_has_to_keep_its_pace(port):
    with line(port) as slow:
        kind = "Content-Type: multipart/form-data; boundary=edge"
        slow.sendall(head(port, "Content-Length: 1000000", kind, method="POST", path="/drafts"))
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < 10:
                slow.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() - begun < 3


def test_a_body_at_its_pace_may_take_longer_than_any_bound(port):
    with line(port) as steady:
        text = b'--edge\r\nContent-Disposition: form-data; name="csrf"\r\n\r\ncsrf\r\n--edge\r\n'
        text += b'Content-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n'
        text += b"x" * 20_000 + b"\r\n--edge--\r\n"
        kind = "Content-Type: multipart/form-data; boundary=edge"
        steady.sendall(head(port, f"Content-Length: {len(text)}", kind, method="POST", path="/drafts"))
        for at in range(0, len(text), 1000):
            steady.sendall(text[at : at + 1000])
            time.sleep(0.06)
        assert steady.recv(100).startswith(b"HTTP/1.1 303")


def test_an_answer_goes_before_a_body_that_is_refused(port):
    """The rest of a refused body is passed over, so that browsers show the page; not without end."""
    with line(port) as sender:
        sender.sendall(head(port, "Content-Length: 250000", method="POST", path="/drafts/d1/drop"))
        sender.sendall(b"x" * 250_000)
        assert sender.recv(100).startswith(b"HTTP/1.1 413")
        sender.settimeout(2)
    with line(port) as sender:
        sender.sendall(head(port, "Content-Length: 90000000", method="POST", path="/drafts/d1/drop"))
        with pytest.raises(OSError):
            for _ in range(900):
                sender.sendall(b"x" * 100_000)


def test_an_idle_connection_is_closed_and_a_busy_one_is_not(port):
    with line(port) as kept:
        for _ in range(4):
            kept.sendall(head(port))
            answer = b""
            while b"</html>" not in answer and (got := kept.recv(65536)):
                answer += got
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.5)  # longer than a head may take, shorter than silence between requests
        assert seconds_until_closed(kept) < 3


def test_one_address_has_so_many_connections(port):
    lines = [line(port) for _ in range(9)]
    try:
        time.sleep(0.1)
        closed = 0
        for each in lines:
            each.setblocking(False)
            try:
                closed += each.recv(1) == b""
            except BlockingIOError:
                pass
            except ConnectionError:
                closed += 1
        assert closed == 4
    finally:
        for each in lines:
            each.close()
    time.sleep(0.1)
    with line(port) as again:
        again.sendall(head(port))
        assert again.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_request_gets_a_chinese_sentence(port, request_):
    with line(port) as odd:
        odd.sendall(request_)
        answer = b""
        while got := odd.recv(65536):
            answer += got
    assert answer.startswith(b"HTTP/1.1 400") and "请求的格式不对".encode() in answer
    assert b"nvalid" not in answer and b"nosniff" in answer and b"server:" not in answer.lower()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate of our own for desk.example, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "证书.pem", folder / "私钥.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=desk.example", "-addext", "subjectAltName=DNS:desk.example",
         "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def test_with_a_certificate_the_desk_speaks_tls_only(tmp_path, certificate):
    cert, key = certificate
    with served(tmp_path, cert=cert, key=key, names=("desk.example",)) as port:
        context = ssl.create_default_context(cafile=str(cert))
        with context.wrap_socket(line(port), server_hostname="desk.example") as safe:
            assert safe.version() in ("TLSv1.2", "TLSv1.3")
            safe.sendall(
                f"GET /login HTTP/1.1\r\nHost: desk.example:{port}\r\nConnection: close\r\n\r\n".encode()
            )
            answer = b""
            while got := safe.recv(65536):
                answer += got
        assert answer.startswith(b"HTTP/1.1 200") and b"__Host-entry=" in answer and b"Secure" in answer
        assert b"strict-transport-security" in answer
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(OSError), line(port) as plain:
            old.wrap_socket(plain)
        with line(port) as plain:
            plain.sendall(head(port))
            assert b"200 OK" not in plain.recv(1000)


def test_what_cannot_be_opened_is_a_sentence(tmp_path, certificate):
    cert, key = certificate
    (tmp_path / "空.pem").touch()
    with pytest.raises(UsageError, match="--insecure"):
        running.check(Listening(host="0.0.0.0"))
    running.check(Listening(host="0.0.0.0", insecure=True))
    running.check(Listening(host="0.0.0.0", cert=cert, key=key))
    with pytest.raises(UsageError, match="一起写"):
        running.check(Listening(cert=cert))
    with pytest.raises(UsageError, match="找不到文件"):
        running.check(Listening(cert=cert, key=tmp_path / "没有.pem"))
    for first, second in ((cert, tmp_path / "空.pem"), (key, cert), (tmp_path / "空.pem", key)):
        with pytest.raises(UsageError, match="PEM"):
            running.check(Listening(cert=first, key=second))
    with running.listen(Listening(port=0)) as taken, pytest.raises(UsageError, match="--port"):
        running.listen(Listening(port=taken.getsockname()[1]))
    with pytest.raises(UsageError, match="--host"):
        running.listen(Listening(host="192.0.2.77"))


def test_without_its_libraries_the_desk_says_what_to_install(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("uvicorn", "jinja2") else real(name)
    )
    settings = Settings(Path("收到"), Path("名册.xlsx"))
    with pytest.raises(UsageError, match=r"（uvicorn、jinja2）.*selfeval-xl\[server\]"):
        serve(settings, Listening(), print)


def test_other_commands_do_not_load_the_libraries():
    code = "import sys, selfeval_xl.cli, selfeval_xl.server.desk; print([n for n in sys.modules if n in %r])"
    named = ("starlette", "uvicorn", "jinja2", "python_multipart", "anyio")
    run = subprocess.run([sys.executable, "-c", code % (named,)], capture_output=True, text=True, cwd=ROOT)
    assert run.stdout.strip() == "[]", run.stderr


def test_the_address_that_departments_are_told():
    assert running.address_of(Listening()) == "http://127.0.0.1:8765/"
    assert running.address_of(Listening(host="192.168.1.10", port=80)) == "http://192.168.1.10/"
    assert running.address_of(Listening(host="::1", port=8765)) == "http://[::1]:8765/"
    named = Listening(host="0.0.0.0", port=443, cert=Path("a"), key=Path("b"), names=("desk.example",))
    assert running.address_of(named) == "https://desk.example/"
