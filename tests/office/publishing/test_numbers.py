"""The number of a publication is never given twice, not even by an office that forgot, or is another one."""

from pathlib import Path

import pytest

from office.place import Place
from tests.office.people import AT
from tests.office.publishing.town import LED, Office


@pytest.fixture
def office(database: None, keyed: Place, tmp_path: Path) -> Office:
    return Office(keyed, tmp_path)


def told(number: int) -> None:
    from office.models import Receipt

    Receipt.objects.create(id=number, screen_id=LED, publication=number, step="shown", at=AT)


def test_receipts_of_a_former_office_are_not_taken_for_those_of_a_new_publication(office: Office) -> None:
    told(40)
    assert office.push() == 41


def test_a_screen_that_lies_cannot_use_up_the_numbers(office: Office) -> None:
    told(999_999_999)
    assert office.push() == 1
    told(900_000)
    assert office.push() == 2
