"""The record of who did what."""

import threading

import pytest

from tests.office.people import AT


def test_many_at_once_write_one_chain_without_a_gap(either: None) -> None:
    from django.db import connection

    from office.audit import first_break, note
    from office.models import AuditEntry

    troubles: list[BaseException] = []

    def work(who: str) -> None:
        try:
            for n in range(10):
                note(who, "push", {"n": n}, AT)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(f"person {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert troubles == []
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert first_break() is None


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_an_entry_that_was_taken_out_is_missed(database: None, gone: int) -> None:
    from office.audit import first_break, note
    from office.models import AuditEntry

    for n in range(3):
        note("zhang", "push", {"n": n}, AT)
    assert first_break() is None

    AuditEntry.objects.filter(number=gone).delete()

    assert first_break() == gone


def test_a_changed_word_is_found_even_where_its_hash_was_made_to_fit(database: None) -> None:
    from office.audit import _hash, first_break, note
    from office.models import AuditEntry

    for n in range(3):
        note("zhang", "push", {"n": n}, AT)
    entry = AuditEntry.objects.get(number=2)
    entry.about = '{"n": 99}'
    entry.hash = _hash(entry)
    entry.save()

    assert first_break() == 3


def test_an_entry_of_a_deed_that_failed_is_not_there(either: None) -> None:
    from django.db import transaction

    from office.audit import first_break, note
    from office.models import AuditEntry

    note("zhang", "push", {}, AT)

    def deed() -> None:
        with transaction.atomic():
            note("li", "push", {}, AT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        deed()

    assert AuditEntry.objects.count() == 1
    assert first_break() is None
