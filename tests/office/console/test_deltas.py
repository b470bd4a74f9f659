"""An older page and what changed make the newer one, however it changed; what is remembered has its bounds."""

from hypothesis import given
from hypothesis import strategies as st

from office.console.deltas import LARGEST_PART, DrawnParts, HeldVersions, PagePart, changes, page_part, version

LOOKS = st.dictionaries(st.sampled_from("abcdefg"), st.sampled_from(["", "lost", "online"]), max_size=7)
PAGES = LOOKS.flatmap(lambda looks: st.permutations([page_part(*each) for each in looks.items()]))
HEADS = st.sampled_from(["no alarm", "an alarm"]).map(lambda html: page_part("", html))


@given(HEADS, PAGES, HEADS, PAGES)
def test_the_older_page_and_what_changed_make_the_newer_one(
    old_head: PagePart, old: list[PagePart], head: PagePart, new: list[PagePart]
) -> None:
    found = changes(version(old_head, old), head, new)
    shown = {each.id: each for each in old} | {each.id: each for each in found.parts}
    order = [each.id for each in old] if found.order is None else found.order
    assert [shown[name] for name in order] == new
    assert (head if found.head else old_head) == head
    assert not set(found.parts) & set(old), "nothing is sent that he has"
    same = (old_head, old) == (head, new)
    assert (version(old_head, old).tag == version(head, new).tag) is same


def test_the_version_that_nobody_named_for_the_longest_time_is_forgotten_first() -> None:
    held = HeldVersions(2)
    pages = [version(page_part("", str(number)), ()) for number in range(3)]
    held.hold("a", pages[0])
    held.hold("b", pages[1])
    assert held.find(["?", "a"]) == pages[0]
    held.hold("c", pages[2])
    assert [held.find([tag]) for tag in "abc"] == [pages[0], None, pages[2]]


def test_a_part_is_drawn_once_for_the_same_facts_and_again_for_others() -> None:
    drawn, times = DrawnParts(2), []

    def draw(name: str, facts: str) -> str:
        def told() -> str:
            times.append(name)
            return facts

        return drawn.get(name, facts, told).html

    assert [draw("a", "lost"), draw("a", "lost"), draw("a", "online")] == ["lost", "lost", "online"]
    assert times == ["a", "a"]
    for name in "bca":
        draw(name, "online")
    assert times == list("aabca"), "the third takes the place of the first"
    large = "x" * (LARGEST_PART + 1)
    assert [draw("b", large), draw("b", large)] == [large, large]
    assert times[-2:] == ["b", "b"], "what is very large is not kept"
