"""The script that makes the town's authority and the server's certificate."""

import datetime as dt
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.deploy.town import certificates

NAMES = ("--name", "office.town", "--address", "10.1.2.3")


def loaded(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_keys_are_for_their_owner_alone_and_the_authority_s_is_encrypted(tmp_path: Path) -> None:
    folder = tmp_path / "ca"
    done = certificates(folder, *NAMES)
    assert done.returncode == 0, done.stderr
    for name in ("ca.key", "server.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert b"ENCRYPTED" in (folder / "ca.key").read_bytes()
    with pytest.raises(TypeError):
        serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    assert "PRIVATE" not in done.stdout + done.stderr
    assert "long enough a passphrase" not in done.stdout + done.stderr
    assert not list(folder.glob(".*"))


def test_the_server_s_certificate_holds_for_its_names_from_1970_for_ten_years(tmp_path: Path) -> None:
    assert certificates(tmp_path / "ca", *NAMES).returncode == 0
    authority, server = loaded(tmp_path / "ca/ca.crt"), loaded(tmp_path / "ca/server.crt")
    server.verify_directly_issued_by(authority)
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not server.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    named = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert named.get_values_for_type(x509.DNSName) == ["office.town"]
    assert [str(a) for a in named.get_values_for_type(x509.IPAddress)] == ["10.1.2.3"]
    assert server.not_valid_before_utc.year == authority.not_valid_before_utc.year == 1970
    left = server.not_valid_after_utc - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=3600) < left < authority.not_valid_after_utc - dt.datetime.now(dt.UTC)
    ssl.create_default_context(cafile=str(tmp_path / "ca/ca.crt"))


def test_a_second_run_makes_a_new_server_certificate_of_the_same_authority(tmp_path: Path) -> None:
    assert certificates(tmp_path / "ca", *NAMES).returncode == 0
    authority, before = (tmp_path / "ca/ca.crt").read_bytes(), (tmp_path / "ca/server.crt").read_bytes()
    assert certificates(tmp_path / "ca", "--name", "other.town").returncode == 0
    assert (tmp_path / "ca/ca.crt").read_bytes() == authority
    assert (tmp_path / "ca/server.crt").read_bytes() != before
    loaded(tmp_path / "ca/server.crt").verify_directly_issued_by(loaded(tmp_path / "ca/ca.crt"))


@pytest.mark.parametrize(
    ("words", "why"), [((), "--name"), (("--address", "10.1.2"), "not a name"), (("--name", "中"), "not a name")]
)
def test_what_is_no_name_is_refused_and_nothing_is_written(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    done = certificates(tmp_path / "ca", *words)
    assert done.returncode == 2
    assert why in done.stderr
    assert not (tmp_path / "ca").exists()


def test_a_wrong_passphrase_or_a_lost_key_is_said_and_changes_nothing(tmp_path: Path) -> None:
    assert certificates(tmp_path / "ca", *NAMES).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()}
    other = tmp_path / "elsewhere"
    other.write_text("not the passphrase")
    done = certificates(tmp_path / "ca", *NAMES, "--passphrase-file", str(other))
    assert (done.returncode, "not its passphrase" in done.stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "ca").iterdir()} == before
    (tmp_path / "ca/ca.key").unlink()
    done = certificates(tmp_path / "ca", *NAMES)
    assert (done.returncode, "bring it from the safe" in done.stderr) == (2, True)
