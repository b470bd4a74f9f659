"""The broker's shipped configuration, tried with a real mosquitto, TLS and passwords."""

import re
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from office.broker.rights import collectors_group
from signage.topics import MOST_BYTES, SCREEN_READS, SCREEN_WRITES, Topics
from tests.brokers import wait_until
from tests.deploy.town import DENIED, PASSWORDS, SCREENS, SHIPPED, Person, Town, certificates, options

pytestmark = pytest.mark.slow

TOPICS = Topics()
MINE, OTHERS = SCREENS
OFFICE = (TOPICS.office("status"), TOPICS.office("head"))
EVERYTHING = (
    *OFFICE,
    *(TOPICS.screen(screen, leaf) for screen in SCREENS for leaf in (*SCREEN_WRITES, *SCREEN_READS)),
)
MAY_WRITE = {TOPICS.screen(MINE, leaf) for leaf in SCREEN_WRITES}
MAY_READ = {*OFFICE, *(TOPICS.screen(MINE, leaf) for leaf in SCREEN_READS)}
OFFICE_WRITES = {*OFFICE, *(TOPICS.screen(screen, leaf) for screen in SCREENS for leaf in SCREEN_READS)}
FOREIGN = ("wuzha/2/office/head", "wuzha/1/screen", "wuzha/1", "$SYS/broker/uptime", "other")
ODD = (f"wuzha/1/screen/{MINE}", f"wuzha/1/screen/{MINE}/status/x", f"wuzha/1/screen/{MINE}/", "wuzha/1/office/other")


@pytest.mark.parametrize("topic", [*EVERYTHING, *FOREIGN, *ODD])
@pytest.mark.parametrize("level", [5, 4])
def test_a_screen_writes_exactly_its_own_topics(town: Town, topic: str, level: int) -> None:
    with town.office() as office, town.screen(MINE, level=level) as screen:
        assert office.subscribe("#") == 1
        answer = screen.publish(topic, b"from the screen")
        screen.publish(last := TOPICS.screen(MINE, "state"), b"last")
        arrived = {(topic, payload) for topic, payload, _ in office.heard(last) if payload == b"from the screen"}
    assert arrived == ({(topic, b"from the screen")} if topic in MAY_WRITE else set())
    if level == 5:
        assert answer == (0 if topic in MAY_WRITE else DENIED)


@pytest.mark.parametrize("topic", [*EVERYTHING, *FOREIGN])
def test_the_office_writes_its_own_topics_and_speaks_for_no_screen(town: Town, topic: str) -> None:
    with town.office() as office:
        assert office.publish(topic) in ((0, 0x10) if topic in OFFICE_WRITES else (DENIED,))


@pytest.mark.parametrize(
    "wanted",
    ["#", "wuzha/1/#", "wuzha/1/screen/+/#", f"wuzha/1/screen/{OTHERS}/#", "$share/collect/wuzha/1/#", "$SYS/#"],
)
@pytest.mark.parametrize("level", [5, 4])
def test_a_screen_hears_exactly_its_own_topics_whatever_it_asks_for(town: Town, wanted: str, level: int) -> None:
    if level == 4 and wanted.startswith("$share"):
        wanted = wanted.split("/", 2)[2]
    with town.office() as office, town.screen(OTHERS) as other, town.screen(MINE, level=level) as screen:
        screen.subscribe(wanted)
        for topic in OFFICE_WRITES:
            office.publish(topic, b"", retain=False)
        for leaf in SCREEN_WRITES:
            other.publish(TOPICS.screen(OTHERS, leaf))
        screen.subscribe(TOPICS.screen(MINE, "command"))
        office.publish(last := TOPICS.screen(MINE, "command"), b"last")
        heard = {topic for topic, _, _ in screen.heard(last)}
    assert heard <= MAY_READ
    if wanted in ("#", "wuzha/1/#"):
        assert heard == MAY_READ


def test_a_screen_takes_no_share_of_the_others_ledgers_away_from_the_collectors(town: Town) -> None:
    ledger = TOPICS.screen(OTHERS, "ledger")
    with town.office() as office, town.screen(OTHERS) as other, town.screen(MINE) as thief:
        office.subscribe(collectors_group(PASSWORDS["office"]) + TOPICS.every_screen("ledger"))
        thief.subscribe(f"$share/collect/{TOPICS.every_screen('ledger')}")
        thief.subscribe(collectors_group("") + TOPICS.every_screen("ledger"))
        for number in range(20):
            other.publish(ledger, str(number).encode())
        wait_until(lambda: len(office.heard(ledger)) == 20, "every batch reaches the office")
        assert sorted(int(payload) for _, payload, _ in office.heard(ledger)) == list(range(20))


def test_a_screen_is_given_no_retained_document_of_another(town: Town) -> None:
    with town.office() as office:
        for screen in SCREENS:
            office.publish(TOPICS.screen(screen, "ledger/ack"), screen.encode(), retain=True)
    with town.screen(MINE) as screen:
        screen.subscribe("wuzha/1/#")
        heard = screen.heard(TOPICS.screen(MINE, "ledger/ack"))
    assert [(t, p) for t, p, retained in heard if retained and t.startswith("wuzha/1/screen")] == [
        (TOPICS.screen(MINE, "ledger/ack"), MINE.encode())
    ]


@pytest.mark.parametrize("level", [5, 4])
@pytest.mark.parametrize(
    ("user", "password"), [("", ""), (MINE, ""), (MINE, PASSWORDS[OTHERS]), ("sq-unknown", "x"), ("+", "x"), ("#", "")]
)
def test_nobody_comes_in_without_his_password(town: Town, user: str, password: str, level: int) -> None:
    for person in (
        town.screen(MINE, user=user, password=password, level=level),
        Person(town.office_port, user=user, password=password, id="guest", level=level),
    ):
        assert person.answer() != 0
        person.close()


@pytest.mark.parametrize("level", [5, 4])
def test_the_largest_message_of_the_contract_passes_and_a_packet_too_large_cuts_off_its_sender(
    town: Town, level: int
) -> None:
    with town.office() as office, town.screen(OTHERS) as other, town.screen(MINE, level=level) as screen:
        office.subscribe(TOPICS.every_screen("shot"))
        shot = TOPICS.screen(MINE, "shot")
        screen.publish(shot, bytes(MOST_BYTES["shot"]))
        assert [len(payload) for _, payload, _ in office.heard(shot)] == [MOST_BYTES["shot"]]
        screen.send(shot, bytes(300_000))
        assert screen.lost.wait(20)
        assert other.publish(TOPICS.screen(OTHERS, "state")) in (0, 0x10)
        assert len(office.heard(shot)) == 1
    assert max(MOST_BYTES.values()) < 262_144 - 1024


def test_a_stolen_password_throws_no_other_screen_off(town: Town) -> None:
    with town.screen(MINE) as screen, town.screen(OTHERS, id=MINE) as thief:
        assert screen.publish(TOPICS.screen(MINE, "state")) in (0, 0x10)
        assert thief.publish(TOPICS.screen(MINE, "state")) == DENIED
        assert not screen.lost.is_set()


def test_several_processes_of_the_office_are_connected_at_once(town: Town) -> None:
    with town.office("collect-1") as one, town.office("collect-2") as two:
        assert one.publish(OFFICE[0]) in (0, 0x10)
        assert two.publish(OFFICE[0]) in (0, 0x10)
        assert not one.lost.is_set()


def test_screens_come_only_through_tls_by_the_town_s_own_authority(town: Town, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", town.port), timeout=20) as plain:
        plain.sendall(b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x02hi")
        try:
            answer = plain.recv(100)
        except ConnectionResetError:
            answer = b""
        assert not answer.startswith(b"\x20")  # no CONNACK
    assert certificates(tmp_path / "other", "--name", "localhost").returncode == 0
    stranger = ssl.create_default_context(cafile=str(tmp_path / "other" / "ca.crt"))
    with (
        socket.create_connection(("127.0.0.1", town.port), timeout=20) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        stranger.wrap_socket(raw, server_hostname="localhost")


def test_the_office_s_port_is_reached_from_this_machine_alone(town: Town) -> None:
    text = (SHIPPED / "wuzha.conf").read_text()
    assert re.findall(r"^listener .*", text, re.M) == ["listener 8883", "listener 1883 127.0.0.1"]


def test_a_revoked_screen_is_cut_off_when_the_broker_reads_its_passwords_again(tmp_path: Path, needs) -> None:
    needs("mosquitto")
    with Town(tmp_path) as town, town.screen(MINE) as stolen, town.screen(OTHERS) as kept:
        town.set_passwords({name: password for name, password in PASSWORDS.items() if name != MINE})
        town.reload()
        assert stolen.lost.wait(20)
        assert kept.publish(TOPICS.screen(OTHERS, "state")) in (0, 0x10)
        again = town.screen(MINE)
        assert again.answer() != 0
        again.close()


def test_retained_documents_outlast_a_restart_and_a_file_of_zeros_is_put_aside(tmp_path: Path, needs) -> None:
    needs("mosquitto")
    town = Town(tmp_path)
    with town:
        with town.office() as office:
            office.publish(OFFICE[1], b"the head", retain=True)
        town.stop()
        put_aside(town.data)
        town.start()
        assert retained_head(town) == b"the head"
        town.stop()
        size = (town.data / "mosquitto.db").stat().st_size
        (town.data / "mosquitto.db").write_bytes(bytes(max(size, 4096)))
        with pytest.raises(AssertionError, match="Unable to restore persistent database"):
            town.start()
        said = put_aside(town.data)
        assert "mosquitto.db cannot be read and was moved" in said
        assert [path.name.startswith("mosquitto.db.unreadable-") for path in town.data.iterdir()] == [True]
        town.start()
        with town.office() as office:
            assert office.publish(OFFICE[1], b"the head again", retain=True) in (0, 0x10)
        assert retained_head(town) == b"the head again"


@pytest.mark.parametrize("content", [b"\0" * 4096, b"\0\xb5\0mosquitto db", b"\0\xb5\0mosquitto db" + b"\xff" * 500])
def test_a_file_that_mosquitto_cannot_read_is_put_aside_and_only_three_are_kept(
    tmp_path: Path, needs, content: bytes
) -> None:
    needs("mosquitto")
    for year in range(2021, 2026):
        (tmp_path / f"mosquitto.db.unreadable-{year}0101T000000Z").write_text("old")
    (tmp_path / "mosquitto.db").write_bytes(content)
    put_aside(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3
    assert names[:2] == ["mosquitto.db.unreadable-20240101T000000Z", "mosquitto.db.unreadable-20250101T000000Z"]
    assert (tmp_path / names[2]).read_bytes() == content


def test_nothing_is_moved_when_mosquitto_itself_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "mosquitto.db").write_bytes(b"whatever")
    said = put_aside(tmp_path, mosquitto="false")
    assert "mosquitto itself does not start" in said
    assert (tmp_path / "mosquitto.db").read_bytes() == b"whatever"
    assert put_aside(tmp_path / "nothing there") == ""


def test_every_setting_of_the_broker_says_why(needs) -> None:
    silent = {"log_type", "listener", "password_file", "acl_file", "certfile", "keyfile", "persistence_location"}
    silent |= {"log_dest", "log_timestamp", "connection_messages"}
    for option, comment in options((SHIPPED / "wuzha.conf").read_text()).items():
        assert comment or option in silent, option


def put_aside(folder: Path, mosquitto: str = "mosquitto") -> str:
    """Runs what runs before the broker starts, and gives what it said."""
    done = subprocess.run(
        [SHIPPED / "put-aside", folder],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MOSQUITTO": mosquitto},
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def retained_head(town: Town) -> bytes:
    """Gives the head as a screen gets it."""
    with town.screen(MINE) as screen:
        screen.subscribe(OFFICE[1])
        wait_until(lambda: any(t == OFFICE[1] for t, _, _ in screen.heard(OFFICE[1])), "the head")
        return screen.heard(OFFICE[1])[0][1]
