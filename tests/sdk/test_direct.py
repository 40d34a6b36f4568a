"""The transport: connections are used again as long as they live, and what breaks is named by what can have been sent."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kontering.sdk.direct import Direct

Talk = Callable[[socket.socket], None]
FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def server(*talks: Talk, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Each connection is talked to by the next of these."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for talk in talks:
            line, _ = listening.accept()
            with context.wrap_socket(line, server_side=True) if context else line as spoken:
                talk(spoken)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    thread.join(5)
    listening.close()


def answers(*texts: bytes) -> Talk:
    """One answer to each request, and then the end."""

    def talk(line: socket.socket) -> None:
        for text in texts:
            asked(line)
            line.sendall(text)

    return talk


def asked(line: socket.socket) -> bytes:
    """A whole request, as its head says."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += line.recv(4096)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        (int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        body += line.recv(4096)
    return body


def hangs_up(line: socket.socket) -> None:
    asked(line)


def client(transport: Direct | None = None, timeout: float = 2.0) -> httpx.Client:
    return httpx.Client(transport=transport or Direct(), timeout=timeout, trust_env=False)


def test_a_connection_is_used_again() -> None:
    with server(answers(FINE, FINE, FINE)) as url, client() as ours:
        said = [ours.post(url, content=b"x" * 100_000).text, ours.get(url).text, ours.get(url).text]

    assert said == ["ok", "ok", "ok"]


def test_a_connection_that_was_closed_meanwhile_is_not() -> None:
    with server(answers(FINE), answers(FINE)) as url, client() as ours:
        first = ours.get(url).text
        transport = ours._transport
        assert isinstance(transport, Direct)
        ((_, line),) = next(iter(transport.idle.values()))
        line.recv(1, socket.MSG_PEEK)  # its end has come
        second = ours.get(url).text

    assert (first, second) == ("ok", "ok")


def test_one_that_says_it_ends_ends() -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    with server(answers(last), answers(last)) as url, client() as ours:
        assert [ours.get(url).text for _ in range(2)] == ["ok", "ok"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nay!\r\n0\r\n\r\n", "okay!"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    ],
)
def test_every_way_to_say_how_long_an_answer_is(answer: bytes, text: str) -> None:
    with server(answers(answer)) as url, client() as ours:
        assert ours.get(url).text == text


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n", httpx.RemoteProtocolError),
        (b"", httpx.RemoteProtocolError),
        (b"220 mail.example.dk ESMTP\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", httpx.RemoteProtocolError),
    ],
)
def test_an_answer_that_breaks_off_is_no_answer(answer: bytes, error: type[Exception]) -> None:
    with server(answers(answer)) as url, client() as ours, pytest.raises(error):
        ours.post(url, content=b"{}")


def test_what_reached_nobody_is_told_apart_from_what_may_have() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with client() as ours, pytest.raises(httpx.ConnectError):
        ours.get(nobody)
    with server(hangs_up) as url, client() as ours, pytest.raises(httpx.RemoteProtocolError):
        ours.get(url)


def test_an_answer_that_doesn_t_come_is_waited_for_as_long_as_was_said() -> None:
    stop = threading.Event()

    def waits(line: socket.socket) -> None:
        asked(line)
        stop.wait(3)

    with server(waits) as url, client(timeout=0.2) as ours:
        with pytest.raises(httpx.ReadTimeout):
            ours.get(url)
        stop.set()


def test_nobody_s_value_becomes_a_header_of_its_own() -> None:
    with client() as ours, pytest.raises(httpx.LocalProtocolError):
        ours.get("http://127.0.0.1:1", headers={"reference": "1\r\nx-more: 2"})


def test_a_body_of_unknown_length_is_sent_whole() -> None:
    heard: list[bytes] = []

    def hears(line: socket.socket) -> None:
        heard.append(line.recv(65536))
        line.sendall(FINE)

    with server(hears) as url, client() as ours:
        ours.post(url, content=iter([b"one ", b"two"]))

    assert heard[0].endswith(b"\r\n\r\n7\r\none two\r\n0\r\n\r\n")


def test_over_tls_the_name_is_proved(tmp_path: Path) -> None:
    certificate, context = tls(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with server(answers(FINE), context=context) as url, client(Direct(context=trusting)) as ours:
        assert ours.get(url).text == "ok"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    _, context = tls(tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listening.accept()
        with line, pytest.raises(OSError, match=r"ALERT|alert|EOF|closed"):
            context.wrap_socket(line, server_side=True)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with client() as ours, pytest.raises(httpx.ConnectError, match="certificate"):
        ours.get(f"https://127.0.0.1:{listening.getsockname()[1]}")
    thread.join(5)
    listening.close()


def tls(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path, secret = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kinds = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret.write_bytes(key.private_bytes(*kinds))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context
