"""One connection is used again and again, and over TLS only a server that somebody vouches for is spoken to."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from player.publication.http_source import HttpSource
from player.publication.sources import NotThereError, SourceError, TooLargeError
from tests.player.publication.servers import Handler, Server, serving


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "office" / "metadata").mkdir(parents=True)
    (tmp_path / "office" / "metadata" / "timestamp.json").write_bytes(b"head")
    return tmp_path / "office"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a key and the certificate for 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
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
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def with_tls(server: Server, certificate: Path) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return f"https://127.0.0.1:{server.server_address[1]}"


@pytest.mark.parametrize("page", [b"", b"not here" * 100])
def test_requests_follow_each_other_on_one_connection(office: Path, page: bytes) -> None:
    ports: set[int] = set()
    errors = []

    def missing(handler: Handler, path: str) -> bool:
        ports.add(handler.client_address[1])
        if "root" in path:
            handler.answer(404, page)
        return "root" in path

    with serving(office) as server:
        server.misdeeds = [missing]
        source = HttpSource(server.url)
        for _ in range(5):
            assert source.metadata("timestamp.json", 100) == b"head"
            with pytest.raises(NotThereError) as error:
                source.metadata("2.root.json", 100)
            errors.append(error)  # whoever keeps it keeps the answer from being collected
        source.close()
    assert len(ports) == 1


def test_an_answer_that_was_left_in_the_middle_does_not_spoil_the_next(office: Path) -> None:
    (office / "metadata" / "1.targets.json").write_bytes(b"x" * 3_000_000)
    with serving(office) as server:
        source = HttpSource(server.url)
        for _ in range(3):
            with pytest.raises(TooLargeError) as error:
                source.metadata("1.targets.json", 1000)
            assert source.metadata("timestamp.json", 100) == b"head"
            assert error
        source.close()


def test_an_address_may_have_a_path(office: Path) -> None:
    office.rename(office.with_name("below"))
    with serving(office.parent) as server:
        source = HttpSource(f"{server.url}/below/")
        assert source.metadata("timestamp.json", 100) == b"head"
        source.close()


def test_a_server_is_believed_to_be_the_one_that_its_certificate_names(office: Path, certificate: Path) -> None:
    with serving(office) as server:
        url = with_tls(server, certificate)
        source = HttpSource(url, ca=str(certificate))
        assert source.metadata("timestamp.json", 100) == b"head"
        source.close()


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(office: Path, certificate: Path) -> None:
    with serving(office) as server:
        source = HttpSource(with_tls(server, certificate))
        with pytest.raises(SourceError):
            source.metadata("timestamp.json", 100)
        source.close()
        assert server.asked == []
