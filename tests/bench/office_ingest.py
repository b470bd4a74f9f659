"""What a collector stores in a second, committed before it is acknowledged, beside what paho alone receives.

Usage: python -m tests.bench.office_ingest [--records N] [--collectors N] [--database URL] [--folder F] [--json FILE].
The records are plays as players write them, in batches as players send them: at most 200 records and 64 KiB. A real
mosquitto carries them, `mosquitto_pub` sends them from several screens at once. Rows:
  store      batches of 200 given to the office's own function, 20 in a commit; no broker, one process
  paho       a bare paho client that counts what comes and does nothing else
  collect    `wuzha-office collect`, from the first batch sent to the last acknowledgement heard
"""

import argparse
import datetime as dt
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from office.place import Place, found
from signage.ledger import Anchor, PlayRecord, canonical, chained, genesis, moment
from signage.link import Arrived, Broker, Link
from signage.messages import MOST_RECORDS, LedgerAck, LedgerBatch, decode, encode
from signage.topics import MOST_BYTES, ScreenTopic, Topics
from tests.bench.published import publish
from tests.brokers import is_open, wait_until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SCREENS = 4
FILES = 40
FIRST = dt.datetime(2026, 1, 1, 6, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TOPICS = Topics()
WAIT_S = 600.0
STARTED_S = 30.0
GROUP = 20
PAHO = """
import sys, time
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
count, first, last, total = 0, 0.0, 0.0, int(sys.argv[2])
def hear(client, _data, _message):
    global count, first, last
    last = time.perf_counter()
    first = first or last
    count += 1
    if count == total:
        client.disconnect()
client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
client.on_message = hear
client.on_subscribe = lambda *_: print("ready", flush=True)
client.connect("127.0.0.1", int(sys.argv[1]))
client.subscribe("$share/collect/wuzha/1/screen/+/ledger", 1)
client.loop_forever()
print(last - first, flush=True)
"""


def play(seq: int) -> PlayRecord:
    """Gives a play as a player writes it: a picture every ten seconds."""
    name = seq % FILES
    return PlayRecord(
        seq=seq, at=moment(FIRST + dt.timedelta(seconds=10 * seq)), boot="b" * 32, mono_ms=10_000 * seq, clock="ntp",
        zone="main", rank="normal", playlist="六个一律", playlist_sha256="a" * 64, publication=3, item=1 + name,
        shows="image", media=f"posters/poster-{name:02}.png", sha256=f"{name:064x}", planned_ms=10_000,
        actual_ms=10_000, frames=1, outcome="complete",
    )  # fmt: skip


def publish_plays() -> None:
    """Publishes what the plays are of."""
    publish(3, {"a" * 64: "main"}, (f"{name:064x}" for name in range(FILES)), FIRST)


def batches(screen: str, records: int, most_bytes: int) -> Iterator[LedgerBatch]:
    """Gives the batches of one screen's ledger."""
    epoch = hashlib.sha256(screen.encode()).hexdigest()[:16]
    before = digest = genesis(screen, epoch).hash
    texts: list[str] = []
    size, first = 0, 1
    for seq in range(1, records + 1):
        text = canonical(play(seq))
        bytes_ = len(text) + text.count(b'"') + 3
        if texts and (len(texts) == MOST_RECORDS or size + bytes_ > most_bytes - 400):
            yield _batch(Anchor(epoch, first - 1, before), screen, digest, texts)
            before, first, texts, size = digest, seq, [], 0
        digest = chained(digest, text)
        texts.append(text.decode())
        size += bytes_
    if texts:
        yield _batch(Anchor(epoch, first - 1, before), screen, digest, texts)


def _batch(before: Anchor, screen: str, after: bytes, texts: list[str]) -> LedgerBatch:
    return LedgerBatch(
        screen=screen, epoch=before.epoch, first=before.seq + 1, before=before.hash.hex(), after=after.hex(),
        records=tuple(texts),
    )  # fmt: skip


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """Runs a mosquitto that drops nothing and logs nothing; gives its port."""
    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_dest none\nuser root\n"
    )
    process = subprocess.Popen(["mosquitto", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_open(port), "mosquitto is up")
        yield port
    finally:
        process.kill()
        process.wait()


def send(port: int, files: dict[str, Path]) -> list["subprocess.Popen[bytes]"]:
    """Begins to send every line of each screen's file."""
    senders = []
    for screen, path in files.items():
        words = ["mosquitto_pub", "-V", "5", "-p", str(port), "-q", "1", "-t", TOPICS.screen(screen, "ledger"), "-l"]
        with path.open("rb") as lines:
            senders.append(subprocess.Popen(words, stdin=lines, stdout=subprocess.DEVNULL))
    return senders


def paho_alone(port: int, files: dict[str, Path], messages: int) -> float:
    """Gives the seconds in which a bare client receives all of it."""
    words = [sys.executable, "-c", PAHO, str(port), str(messages)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == "ready\n"
        senders = send(port, files)
        seconds = float(receiver.stdout.readline())
        for each in senders:
            each.wait()
    return seconds


class Ear:
    """Hears how far each screen's ledger is acknowledged."""

    def __init__(self, port: int) -> None:
        filters = (TOPICS.every_screen("ledger/ack"), TOPICS.office("status"))
        self.upto: dict[str, int] = {}
        self.is_open = False
        self.link = Link(Broker(url=f"mqtt://127.0.0.1:{port}"), "ear", filters=filters, first_delay_s=0.1)
        self.link.start()

    def listen(self, wait_s: float) -> None:
        """Takes what came."""
        for event in self.link.take(wait_s):
            if isinstance(event, Arrived):
                match TOPICS.read(event.topic):
                    case ScreenTopic(screen, _):
                        marks = decode(event.payload, LedgerAck, MOST_BYTES["ledger/ack"]).marks
                        self.upto[screen] = marks[0].upto if marks else 0
                    case _:
                        self.is_open = b"true" in event.payload


def collect(
    port: int, place: Place, files: dict[str, Path], records: int, options: argparse.Namespace
) -> tuple[float, float]:
    """Gives the seconds until collectors have acknowledged every record, and the processor's for that."""
    text = place.settings_file.read_text(encoding="utf-8")
    place.settings_file.write_text(text.replace("mqtt://127.0.0.1:1883", f"mqtt://127.0.0.1:{port}"), encoding="utf-8")
    words = [sys.executable, "-m", "office", "collect", "--home", str(place.home)]
    words += ["--database", options.database] if options.database else []
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ear = Ear(port)
    crew = [subprocess.Popen(words, cwd=ROOT, env=env) for _ in range(options.collectors)]
    try:
        end = time.monotonic() + STARTED_S
        while len(ear.upto) < SCREENS or time.monotonic() < end - STARTED_S + 3 * options.collectors:
            ear.listen(0.2)
            assert time.monotonic() < end, "no collector comes up"
        used, began = -cpu_s(crew), time.perf_counter()
        senders = send(port, files)
        while any(ear.upto[screen] < records for screen in files):
            ear.listen(1.0)
            assert time.perf_counter() - began < WAIT_S, f"not all of it is acknowledged: {ear.upto}"
        seconds = time.perf_counter() - began
        used += cpu_s(crew)
        for sender in senders:
            sender.wait()
    finally:
        for each in crew:
            each.send_signal(signal.SIGTERM)
        for each in crew:
            each.wait(30)
        ear.link.stop()
    return seconds, used


def cpu_s(crew: list["subprocess.Popen[bytes]"]) -> float:
    """Gives the processor's time that processes have used, all threads, user and system."""
    stats = (Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split() for each in crew)
    return sum(int(each[11]) + int(each[12]) for each in stats) / os.sysconf("SC_CLK_TCK")


def store(place: Place, screens: list[str], records: int, options: argparse.Namespace) -> tuple[float, float]:
    """Gives the seconds that the office's own function takes in a process of its own, and those of one count."""
    words = [sys.executable, "-m", "tests.bench.office_ingest", "--store", str(place.home), "--records", str(records)]
    words += ["--database", options.database] if options.database else []
    told = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True, input="\n".join(screens))
    stored, counted = told.stdout.split()
    return float(stored), float(counted)


def store_here(options: argparse.Namespace) -> None:
    """Stores batches of 200 for other screens than the broker's, and prints the seconds."""
    from office.settings import open_office

    open_office(Place(options.store), url=options.database)
    import gc

    from django.db import connection

    from office.collecting.checkpoints import Checkpoints
    from office.collecting.ledgers import Ledgers
    from office.counting import Asked, counted

    made = [each for screen in sys.stdin.read().split() for each in batches(screen, options.records, 1 << 30)]
    payloads = [encode(each) for each in made]
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    ledgers, checkpoints = Ledgers(), Checkpoints()
    began = time.perf_counter()
    for start in range(0, len(payloads), GROUP):
        some = [decode(each, LedgerBatch, 1 << 30) for each in payloads[start : start + GROUP]]
        ledgers.store(some, dt.datetime.now(dt.UTC))
        checkpoints.committed()
        checkpoints.fold()
    stored = time.perf_counter() - began
    began = time.perf_counter()
    found = sum(each.plays for by in ("item", "day", "screen") for each in counted(by, Asked()))
    assert found == 3 * options.records * len({each.screen for each in made}), found
    print(stored, (time.perf_counter() - began) / 3)
    connection.close()


def disk_ms(folder: Path, size: int) -> float:
    """Gives what the disk asks for one flush of so many bytes."""
    times = []
    with (folder / "plain").open("wb", buffering=0) as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(bytes(size))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return sorted(times)[50] * 1000


def run(options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Measures everything; gives the figures."""
    place = Place(folder / "office")
    found(place)
    names = [f"led-{number}" for number in range(SCREENS)]
    direct = [f"direct-{number}" for number in range(SCREENS)]
    _enroll(place, [*names, *direct], options)
    each = options.records // SCREENS
    files, messages, bytes_ = {}, 0, 0
    for name in names:
        files[name] = folder / f"{name}.jsonl"
        with files[name].open("wb") as out:
            for batch in batches(name, each, MOST_BYTES["ledger"]):
                payload = encode(batch)
                out.write(payload + b"\n")
                messages, bytes_ = messages + 1, bytes_ + len(payload)
    figures: dict[str, float] = {
        "records": each * SCREENS, "messages": messages, "bytes a message": bytes_ / messages,
        "records a message": each * SCREENS / messages, "flush of 1 MB, ms": disk_ms(folder, 1 << 20),
    }  # fmt: skip
    seconds, count_s = store(place, direct, each, options)
    figures["store, records/s"] = each * SCREENS / seconds
    figures["count of all, s"] = count_s
    with broker(folder) as port:
        seconds = paho_alone(port, files, messages)
    figures["paho, messages/s"], figures["paho, records/s"] = messages / seconds, each * SCREENS / seconds
    with broker(folder) as port:
        seconds, used = collect(port, place, files, each, options)
    figures["collect, messages/s"], figures["collect, records/s"] = messages / seconds, each * SCREENS / seconds
    figures["collect, CPU us/record"] = used * 1e6 / (each * SCREENS)
    figures["collect / paho"] = figures["collect, messages/s"] / figures["paho, messages/s"]
    return figures


def _enroll(place: Place, screens: list[str], options: argparse.Namespace) -> None:
    code = (
        "import sys; from pathlib import Path; from office.place import Place; from office.settings import open_office;"
        "open_office(Place(Path(sys.argv[1])), url=sys.argv[2] or None);"
        "from office.models import Screen; Screen.objects.bulk_create(Screen(id=n) for n in sys.argv[3:]);"
        "from tests.bench.office_ingest import publish_plays; publish_plays()"
    )
    words = [sys.executable, "-c", code, str(place.home), options.database or "", *screens]
    subprocess.run(words, cwd=ROOT, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def main() -> int:
    """Runs as the command line says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=400_000)
    options.add_argument("--collectors", type=int, default=1)
    options.add_argument("--database", help="a PostgreSQL address; else SQLite in the folder")
    options.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    options.add_argument("--json", type=Path)
    options.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.store:
        store_here(chosen)
        return 0
    if shutil.which("mosquitto") is None:
        print("mosquitto is not installed", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="wuzha-ingest-", dir=chosen.folder) as temporary:
        figures = run(chosen, Path(temporary))
    for name, figure in figures.items():
        print(f"{name:24}{figure:>14,.1f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
