"""Codes, passwords and certificates of the collecting desk: how they are made, kept, typed and changed."""

from __future__ import annotations

import http.client
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from selfeval_xl.server.state.easy_passwords import is_easy
from support.desk_client import Client
from support.desk_server import OFFICER, Server, county_roster, desk, free_port, read_codes, workbook

SIGNS = set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
LONG = "Correct-Horse 绩效 2026"


@pytest.fixture(scope="module")
def served(prepared_county, tmp_path_factory):
    with desk(prepared_county, tmp_path_factory.mktemp("logins") / "县") as server:
        yield server


def refused(server: Server, *more: object) -> str:
    """What the command says where it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "selfeval_xl", *server.arguments(*more)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=server.environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_codes_are_random_and_kept_as_hashes_only(prepared_county):
    """12 of 32 signs in three groups, one a role; nothing of them in the state."""
    codes = prepared_county.codes
    assert {code for code, role in codes if role == "lead"} == {"101", "102"}
    assert {code for code, role in codes if role == "filler"} == {"101", "102", "103", "104", "105", "106"}
    assert len(set(codes.values())) == len(codes) == 8
    for code in codes.values():
        assert re.fullmatch(r"\w{4}-\w{4}-\w{4}", code) and set(code.replace("-", "")) <= SIGNS
    kept = b"".join(path.read_bytes() for path in prepared_county.state.rglob("*") if path.is_file())
    for secret in (*codes.values(), prepared_county.password):
        assert secret.encode() not in kept and secret.replace("-", "").encode() not in kept
    modes = {
        path.stat().st_mode & 0o077 for path in (prepared_county.state, *prepared_county.state.rglob("*"))
    }
    assert modes == {0}, "others of this computer can read the state"


def test_new_codes_end_the_old_ones_and_replace_no_strange_file(prepared_county, tmp_path):
    with desk(prepared_county, tmp_path / "县") as server:
        server.stop()
        strange = server.root / "别人的.xlsx"
        strange.write_bytes(b"not ours")
        assert "别人的" in refused(server, "--new-codes", strange)
        assert strange.read_bytes() == b"not ours"
        server.run("--new-codes", server.root / "新口令.xlsx")
        new = read_codes(server.root / "新口令.xlsx")
        assert not set(new.values()) & set(server.codes.values())
        server.start()
        assert Client(server.port).try_to_log_in("104", server.codes["104", "filler"]).status != 303
        assert Client(server.port).try_to_log_in("104", new["104", "filler"]).status == 303


def test_a_new_desk_has_no_account(tmp_path):
    """Nobody is there before codes and an officer are made."""
    server = Server(tmp_path / "县")
    server.received.mkdir(parents=True)
    county_roster(server.roster)
    server.start()
    try:
        for number, login in enumerate(("admin", "root", "104", OFFICER, "管理员", "")):
            for code in ("", "admin"):
                person = Client(server.port, f"127.0.7.{number + 1}")
                assert person.try_to_log_in(login, code).status != 303
        with closing(sqlite3.connect(server.state / "desk.sqlite")) as base:
            assert base.execute("SELECT count(*) FROM accounts").fetchone() == (0,)
    finally:
        server.stop()


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: code.replace("-", "－"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),
        lambda code: code.replace("-", "—"),
    ],
    ids=["small", "without dashes", "spaces", "wide dashes", "wide", "long dashes"],
)
def test_a_printed_code_is_typed_as_people_type(served, change):
    assert Client(served.port).try_to_log_in("105", change(served.codes["105", "filler"])).status == 303


def test_departments_log_in_by_their_name_too(served):
    assert Client(served.port).try_to_log_in("示例县交通运输局", served.codes["105", "filler"]).status == 303


def test_a_chosen_password_counts_as_typed(served):
    """Case, spaces and length count where a person chose it; only printed codes forgive."""
    officer = served.client("officer")
    officer.get("/code")
    changed = officer.post("/code", {"old": served.password, "new": LONG, "again": LONG})
    assert changed.status == 303, changed.words
    for number, typed in enumerate((LONG.lower(), LONG.replace(" ", ""), LONG[:-1], LONG.replace("-", ""))):
        assert Client(served.port, f"127.0.8.{number}").try_to_log_in(OFFICER, typed).status != 303, typed
    served.password, long = LONG, "长短不一的口令" * 9 + "x"
    again = served.client("officer")
    again.get("/code")
    assert again.post("/code", {"old": LONG, "new": long, "again": long}).status == 303
    served.password = long
    assert served.client("officer").get("/ledger").status == 200


COMMON = """
123456789012 qwertyuiop12 aaaaaaaaaaaa password1234 1qaz2wsx3edc passwordpassword q1w2e3r4t5y6 123123123123
abcdefghijkl administrator Admin@20240101 woaini5201314 zaq12wsxcde3 987654321000 示例县农业农村局2026
caizhengju2026 abcabcabcabc P@ssw0rd1234 202620262026
"""
GOOD = (
    "一把很长的新口令2026abc",
    "Correct-Horse 绩效 2026",
    "8390175620418837",
    "春江水暖鸭先知也不怕冷雨",
    "K7QM-2XVP-9DTR",
    "tangerine lamp kiosk",
)


def test_common_passwords_are_known():
    owner = ("示例县农业农村局", "103")
    assert [each for each in COMMON.split() if not is_easy(each, *owner)] == []
    assert [each for each in GOOD if is_easy(each, *owner)] == []


def test_a_common_password_is_refused(served):
    person = served.client("103")
    for common in COMMON.split()[:2]:
        person.get("/code")
        answer = person.post("/code", {"old": served.codes["103", "filler"], "new": common, "again": common})
        assert answer.status != 303 and "容易猜" in answer.words, common


def test_the_boxes_for_codes(served):
    """Of type password, known to password managers, no hint; the page has two boxes and nothing else."""
    person = Client(served.port)
    page = person.get("/login")
    boxes = page.tree.xpath("//main//input[not(@type='hidden')]")
    assert [(box.get("name"), box.get("autocomplete")) for box in boxes] == [
        ("login", "username"),
        ("code", "current-password"),
    ]
    assert boxes[1].get("type") == "password"
    person = served.client("105")
    boxes = person.get("/code").tree.xpath("//main//input[@type='password']")
    assert [box.get("name") for box in boxes] == ["old", "new", "again"]
    assert [box.get("autocomplete") for box in boxes] == ["current-password", "new-password", "new-password"]
    script = person.get("/static/desk.js").text
    assert "paste" not in script


def test_a_login_on_top_of_a_login_ends_the_first(served):
    """Who logs in again in the same browser has one session, the new one."""
    person = served.client("105")
    kept = dict(person.cookies)
    person.get("/login")
    page = person.post("/login", {"login": "106", "code": served.codes["106", "filler"]})
    assert page.status == 303 and person.cookies != kept
    assert Client(served.port, cookies=kept).get("/home").location == "/login"


def test_no_address_has_a_token_or_a_code(served, tmp_path):
    """Nothing that opens a door stands in an address, a link, or the log."""
    person, officer = served.client("104"), served.client("officer")
    person.get("/home")
    person.submitted([("自评表.xlsx", workbook(tmp_path / "自评表.xlsx", "104").read_bytes())])
    secrets = {*person.cookies.values(), *officer.cookies.values(), *served.codes.values(), served.password}
    for page in (person.get("/home"), officer.get("/ledger"), officer.get("/log"), officer.get("/accounts")):
        for address in page.tree.xpath("//@href | //@action"):
            assert not any(secret in address for secret in secrets | {person.csrf, officer.csrf})
        assert not any(secret in page.text for secret in secrets)
    assert not any(secret in served.output for secret in secrets)
    kept = b"".join(path.read_bytes() for path in served.state.rglob("desk.sqlite*"))
    assert not any(secret.encode() in kept for secret in secrets), "a secret is kept in clear"


# Certificates.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate of the loopback address and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / "证书.pem").write_bytes(made.public_bytes(encoding))
    (folder / "私钥.pem").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "证书.pem", folder / "私钥.pem"


def test_with_a_certificate_cookies_are_for_this_host_alone(prepared_county, certificate, tmp_path):
    cert, key = certificate
    with desk(prepared_county, tmp_path / "县", "--cert", cert, "--key", key) as server:
        trusted = ssl.create_default_context(cafile=str(cert))
        line = http.client.HTTPSConnection("localhost", server.port, context=trusted, timeout=20)
        line.request("GET", "/login")
        answer = line.getresponse()
        page = answer.read().decode()
        assert answer.status == 200
        assert (
            int(re.search(r"max-age=(\d+)", answer.getheader("strict-transport-security"))[1]) >= 31_536_000
        )
        cookies = answer.headers.get_all("set-cookie") or []
        token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        body = f"csrf={token}&login=105&code={server.codes['105', 'filler']}"
        head = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(each.partition(";")[0] for each in cookies),
            "Origin": f"https://localhost:{server.port}",
        }
        line.request("POST", "/login", body, head)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 303
        cookies += answer.headers.get_all("set-cookie")
        for each in cookies:
            parts = {part.strip().lower() for part in each.split(";")[1:]}
            assert (
                each.startswith("__Host-") and {"secure", "httponly", "samesite=strict", "path=/"} <= parts
            ), each
        line.close()
        for version, known in (
            (ssl.TLSVersion.TLSv1_1, False),
            (ssl.TLSVersion.TLSv1_2, True),
            (ssl.TLSVersion.TLSv1_3, True),
        ):
            assert speaks(server.port, version, cert) == known, version
        with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
            plain.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"<html" not in plain.recv(4096)


def speaks(port: int, version: ssl.TLSVersion, cert: Path) -> bool:
    """Whether the server takes a connection of this version of TLS."""
    context = ssl.create_default_context(cafile=str(cert))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = version
    context.minimum_version = version
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as line,
            context.wrap_socket(line, server_hostname="localhost"),
        ):
            return True
    except (ssl.SSLError, OSError):
        return False


def test_without_a_certificate_only_this_computer_is_served(prepared_county, certificate, tmp_path):
    with desk(prepared_county, tmp_path / "县") as server:
        server.stop()
        said = refused(server, "--host", "0.0.0.0", "--port", free_port())
        assert "证书" in said or "--cert" in said
        cert, key = certificate
        assert refused(server, "--cert", key, "--key", cert, "--port", free_port())
        server.start("--host", "0.0.0.0", "--insecure")
        assert re.search("没有加密|不加密|明文|未加密", server.output), server.output
