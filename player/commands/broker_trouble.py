"""What keeps a screen from its broker, as a sentence with the cure that fits.

Rule: pure; the connection's own English word for it comes in, and goes on in `--json`.
"""

from signage.errors import Words

NOT_TRIED, NO_ANSWER = "the player has not tried yet", "no answer"
LATER = Words("播放照常，记录等连上以后补传", "playing goes on, records are sent later")

_SAYS: tuple[tuple[tuple[str, ...], Words], ...] = (
    (
        (NOT_TRIED,),
        Words("播放程序还没有试过，请过一分钟再看", "the player has not tried yet: look again in a minute"),
    ),
    (
        ("certificate", "ssl", "tls", "hostname"),
        Words(
            "证书对不上：请先看“时钟”一行，时间不对就先校时；时间是对的，就从管理端重新复制这块屏的登记文件夹",
            "its certificate does not hold: see the line of the clock first; if the time is right, copy this screen's"
            " enrolment folder from the office again",
        ),
    ),
    (
        ("not authori", "bad user", "refused to let", "refused the connection"),
        Words(
            "用户名或密码不对，或者这块屏已被停用：请管理端重新登记这块屏，再把登记文件夹复制过来",
            "it does not take this screen's name or password: have the office enrol it anew and copy its folder",
        ),
    ),
    (
        ("taken over", "ended the connection"),
        Words(
            "服务器断开了连接，可能有两台机器用着同一个屏幕编号：请核对各台机器配置里的编号（id）",
            "it ended the connection: perhaps two machines use the same screen id; compare them",
        ),
    ),
    (
        ("name or service", "errno -2", "errno -3", "errno -5", "getaddrinfo", "name resolution"),
        Words(
            "找不到这个网址：请检查网线和路由器；网络是好的，就请管理端核对地址",
            "the address is not known: check cable and router; if they are well have the office check it",
        ),
    ),
    (
        ("refused",),
        Words(
            "网络是通的，但那台机器上没有开消息服务器：请管理端看看服务是否启动、防火墙是否放行",
            "the machine is there and its broker is not: have the office look whether it runs and its firewall lets in",
        ),
    ),
)
_OTHERWISE = Words(
    "没有回答：请检查网线、路由器，问一下管理端是否开着",
    "no answer: check cable and router, and whether the office is on",
)


def why_not_connected(why: str) -> Words:
    """Returns why, and what to do."""
    said = why.casefold()
    found = next((words for signs, words in _SAYS if any(sign in said for sign in signs)), _OTHERWISE)
    return Words(f"{found.zh}。{LATER.zh}", f"{found.en}; {LATER.en}")
