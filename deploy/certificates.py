"""Makes a private certificate authority, and with it the certificate of the town's broker and console.

Run as `.venv/bin/python deploy/certificates.py FOLDER --name office.town --address 10.1.2.3`. The authority's key is
encrypted and belongs on a stick in a safe; the server's key cannot be, for the broker starts without a person. Run
again with the same folder it makes a new certificate for the server and leaves the authority as it is.
"""

import datetime as dt
import getpass
import ipaddress
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signage.command_line import CommandParser

BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Valid from then on: a screen with a dead clock battery must reach the office, or nobody could tell it the time."""
CA_YEARS, SERVER_YEARS = 30, 10
"""Long, because a town forgets: a certificate that runs out takes every screen off the office at once."""
LEAST_PASSPHRASE = 12

Key = ec.EllipticCurvePrivateKey


class Wrong(Exception):
    """What was asked for cannot be done; the message says why, Chinese first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes what is asked for; gives 0, or 2 for bad input."""
    parser = CommandParser(description="自建 CA 和服务器证书 · a private CA and the server's certificate")
    parser.add_argument("folder", type=Path, help="放在哪里 · where they are written")
    parser.add_argument("--name", action="append", default=[], help="服务器的域名，可以多次 · a DNS name of the server")
    parser.add_argument("--address", action="append", default=[], help="服务器的 IP，可以多次 · an address of it")
    parser.add_argument("--passphrase-file", type=Path, help="CA 密钥的口令文件，不写就询问 · instead of asking")
    options = parser.parse_args(arguments)
    try:
        for line in make(options.folder, alternatives(options.name, options.address), options.passphrase_file):
            print(line)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    return 0


def make(folder: Path, names: list[x509.GeneralName], passphrase_file: Path | None) -> list[str]:
    """Makes the authority if it is not there, and a new server certificate; gives lines about them. Raises Wrong."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_file, certificate_file = folder / "ca.key", folder / "ca.crt"
    if certificate_file.exists():
        authority = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = opened(key_file, passphrase(passphrase_file, new=False))
        if key.public_key() != authority.public_key():
            raise Wrong(f"{key_file} 不是 {certificate_file} 的密钥\nis not the key of the certificate")
    else:
        if key_file.exists():
            raise Wrong(f"有 {key_file}，没有 {certificate_file}：不覆盖\nthe key is there without its certificate")
        secret = passphrase(passphrase_file, new=True)
        key = ec.generate_private_key(ec.SECP256R1())
        authority = made_authority(key)
        write(key_file, pem(key, serialization.BestAvailableEncryption(secret)), 0o600)
        write(certificate_file, authority.public_bytes(serialization.Encoding.PEM), 0o644)
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = made_server(server_key, names, key, authority)
    write(folder / "server.key", pem(server_key, serialization.NoEncryption()), 0o600)
    write(folder / "server.crt", server.public_bytes(serialization.Encoding.PEM), 0o644)
    return [
        f"{path}  {title}  SHA-256 {found.fingerprint(hashes.SHA256()).hex()}  → {found.not_valid_after_utc:%Y-%m-%d}"
        for path, title, found in (
            (certificate_file, "CA", authority),
            (folder / "server.crt", "服务器 · server", server),
        )
    ]


def alternatives(names: Sequence[str], addresses: Sequence[str]) -> list[x509.GeneralName]:
    """Gives the names by which screens reach the server. Raises Wrong when there is none, or for one that is none."""
    try:
        found: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        found += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    except ValueError as error:
        raise Wrong(f"不是域名或 IP · not a name or an address: {error}") from error
    if not found:
        raise Wrong("请用 --name 或 --address 写明屏幕怎样找到服务器\nsay with --name or --address how it is reached")
    return found


def passphrase(file: Path | None, *, new: bool) -> bytes:
    """Reads the passphrase from a file, or asks for it. Raises Wrong for a short one."""
    if file is not None:
        secret = file.read_text(encoding="utf-8").strip()
    else:
        secret = getpass.getpass("CA 密钥的口令 · the passphrase of the CA's key: ")
        if new and getpass.getpass("再输一遍 · once more: ") != secret:
            raise Wrong("两次不一样 · they differ")
    if new and len(secret) < LEAST_PASSPHRASE:
        raise Wrong(f"口令至少 {LEAST_PASSPHRASE} 个字 · at least {LEAST_PASSPHRASE} characters")
    return secret.encode()


def opened(path: Path, secret: bytes) -> Key:
    """Decrypts the authority's key. Raises Wrong when the passphrase is not its own."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), secret)
    except FileNotFoundError as error:
        raise Wrong(f"没有 {path}：把它从保险柜里拿来 · bring it from the safe") from error
    except (ValueError, TypeError) as error:
        raise Wrong("口令不对 · not its passphrase") from error
    if not isinstance(key, Key):
        raise Wrong(f"{path} 不是这个程序做的 · was not made by this program")
    return key


def made_authority(key: Key) -> x509.Certificate:
    """Gives a certificate that the authority signs for itself; it may sign servers and no other authorities."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wuzha CA")])
    return (
        begun(name, name, key, CA_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def made_server(
    key: Key, names: list[x509.GeneralName], authority_key: Key, authority: x509.Certificate
) -> x509.Certificate:
    """Gives the server's certificate, signed by the authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(names[0].value)[:64])])
    return (
        begun(subject, authority.subject, key, SERVER_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def begun(subject: x509.Name, issuer: x509.Name, key: Key, years: int) -> x509.CertificateBuilder:
    """Gives what both kinds of certificate have."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINNING)
        .not_valid_after(now + dt.timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Gives what a key may be used for."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def pem(key: Key, encryption: serialization.KeySerializationEncryption) -> bytes:
    """Gives a private key as PKCS 8 text."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def write(path: Path, content: bytes, mode: int) -> None:
    """Replaces a file; nobody else can read it at any moment when `mode` says so."""
    partial = path.with_name(f".{path.name}.new")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
        os.fchmod(descriptor, mode)  # whatever the umask took or the file system gave
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
