"""What keeps a screen from its broker is told with the cure that fits, whatever the connection called it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.commands.broker_trouble import NO_ANSWER, NOT_TRIED, why_not_connected


@pytest.mark.parametrize(
    ("why", "cure"),
    [
        ("[Errno 111] Connection refused", "服务是否启动"),
        ("[Errno 113] No route to host", "检查网线"),
        ("[Errno 101] Network is unreachable", "检查网线"),
        ("[Errno -2] Name or service not known", "核对地址"),
        ("[Errno -3] Temporary failure in name resolution", "核对地址"),
        ("timed out", "检查网线"),
        ("the broker does not answer", "检查网线"),
        (NO_ANSWER, "检查网线"),
        (NOT_TRIED, "过一分钟再看"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid", "先看“时钟”一行"),
        ("the broker refused the connection: Not authorized", "重新登记"),
        ("the broker refused the connection: Bad user name or password", "重新登记"),
        ("the broker refused to let us hear wuzha/1/office/#", "重新登记"),
        ("the broker ended the connection: Session taken over", "屏幕编号"),
    ],
)
def test_each_has_its_own_cure(why: str, cure: str) -> None:
    assert cure in why_not_connected(why).zh


@given(st.text())
def test_no_word_of_the_connection_stands_in_the_chinese_sentence(why: str) -> None:
    assert set(re.findall("[A-Za-z]+", why_not_connected(why).zh)) <= {"id"}
