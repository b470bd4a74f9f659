"""A screen reads the office and its own commands, writes what it has to tell, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from office.broker.rights import Rights
from signage.topics import SCREEN_READS, SCREEN_WRITES, Topics

RIGHTS = Rights("wuzha/1", "office")
TOPICS = Topics()
SCREENS = st.from_regex(r"[a-z0-9][a-z0-9-]{2,10}", fullmatch=True).filter(lambda name: name != "office")


def test_a_screen_may_do_what_the_contract_lets_it_do() -> None:
    assert all(RIGHTS.may_write("sq-led1", TOPICS.screen("sq-led1", leaf)) for leaf in SCREEN_WRITES)
    assert all(RIGHTS.may_read("sq-led1", each) for each in TOPICS.for_screen("sq-led1"))
    assert RIGHTS.may_read("sq-led1", TOPICS.office("head"))


@given(SCREENS, SCREENS)
def test_a_screen_may_do_nothing_with_the_topics_of_another(own: str, other: str) -> None:
    for leaf in (*SCREEN_WRITES, *SCREEN_READS):
        topic = TOPICS.screen(other, leaf)
        assert RIGHTS.may_write(own, topic) == (own == other and leaf in SCREEN_WRITES)
        assert RIGHTS.may_read(own, topic) == (own == other and leaf in SCREEN_READS)


def test_a_screen_may_not_speak_as_the_office() -> None:
    for topic in (TOPICS.office("head"), TOPICS.office("status"), TOPICS.screen("sq-led1", "command"),
                  TOPICS.screen("sq-led1", "ledger/ack"), "wuzha/1/office/other", "elsewhere"):  # fmt: skip
        assert not RIGHTS.may_write("sq-led1", topic), topic


def test_a_screen_may_not_listen_to_more_than_its_own_by_a_wildcard() -> None:
    for topics in ("#", "+/#", "wuzha/#", "wuzha/1/screen/+/command", "wuzha/1/screen/#", "wuzha/1/screen/sq-led1/#",
                   "$share/x/wuzha/1/screen/+/ledger", "$SYS/#"):  # fmt: skip
        assert not RIGHTS.may_read("sq-led1", topics), topics


def test_a_name_that_is_no_screen_may_do_nothing() -> None:
    for name in ("", "+", "#", "Sq-Led1", "sq/led1", "x"):
        assert not RIGHTS.may_read(name, TOPICS.office("head")), name
        assert not RIGHTS.may_write(name, f"wuzha/1/screen/{name}/status"), name


def test_the_office_may_do_all_below_its_prefix_and_nothing_beside_it() -> None:
    assert RIGHTS.may_write("office", TOPICS.screen("sq-led1", "command"))
    assert RIGHTS.may_read("office", "$share/collect/wuzha/1/screen/+/ledger")
    assert not RIGHTS.may_write("office", "other/1/office/head")
    assert not RIGHTS.may_read("office", "#")


def test_mosquitto_is_told_the_same() -> None:
    lines = RIGHTS.acl().splitlines()
    assert [line for line in lines if line.startswith(("user", "topic"))] == [
        "user office", "topic readwrite wuzha/1/#", "topic read $SYS/#",
    ]  # fmt: skip
    written = {line.removeprefix("pattern write ") for line in lines if line.startswith("pattern write")}
    read = {line.removeprefix("pattern read ") for line in lines if line.startswith("pattern read")}
    assert written == {TOPICS.screen("%u", leaf) for leaf in SCREEN_WRITES}
    assert read == {TOPICS.office("status"), TOPICS.office("head"), *(TOPICS.screen("%u", x) for x in SCREEN_READS)}
