"""What the office knows of a screen."""

import pytest


def test_a_screen_is_kept_with_its_site_and_tags(either: None) -> None:
    from office.models import Screen, Site, Tag, Village

    site = Site.objects.create(name="广场", kind="square", village=Village.objects.create(name="石桥村"))
    screen = Screen.objects.create(id="sq-square-led1", title="广场 LED", site=site)
    screen.tags.add(Tag.objects.create(name="大屏"))

    assert [s.id for s in Screen.objects.filter(site__village__name="石桥村", tags__name="大屏")] == ["sq-square-led1"]


@pytest.mark.parametrize("told", [[], ["main", "ticker"]])
def test_zones_are_those_told_at_enrolment_or_else_those_last_reported(database: None, told: list[str]) -> None:
    from office.models import Screen

    screen = Screen(id="abc", zones=told, state={"zones": [{"zone": "left"}, {"zone": "left"}, {"zone": "right"}]})

    assert screen.zone_names == (("main", "ticker") if told else ("left", "right"))
