"""What plays show, as stored: found by what records say, and proved by its key."""

from collections.abc import Iterator, Mapping
from typing import Any

from office.collecting.shown import ShownKey, shown_key
from office.models import Shown
from office.verifying.findings import Mismatch, found

AT_ONCE = 2000
MOST_REMEMBERED = 50_000


class ShownRows(Mapping[ShownKey, int]):
    """The rows of what is shown, by what the records say; 0 for one that is not there."""

    def __init__(self) -> None:
        self._rows: dict[ShownKey, int] = {}

    def __getitem__(self, shown: ShownKey) -> int:
        number = self._rows.get(shown)
        if number is None:
            if len(self._rows) > MOST_REMEMBERED:
                self._rows.clear()
            found_ = Shown.objects.filter(key=shown_key(shown)).values_list("id", flat=True).first()
            number = self._rows[shown] = int(found_ or 0)
        return number

    def __iter__(self) -> Iterator[ShownKey]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def shown_rows() -> Iterator[Mismatch]:
    """Returns rows of what is shown whose key is not theirs."""
    names = ("zone", "rank", "playlist", "playlist_sha256", "publication", "item", "shows", "media", "sha256", "card",
             "title")  # fmt: skip
    for number, key, *columns_ in Shown.objects.order_by("id").values_list("id", "key", *names).iterator(AT_ONCE):
        shown: Any = tuple(columns_)
        # A NUL was put away before it was stored, and the key is of what came.
        if shown_key(shown) != key and not any("\ufffd" in each for each in shown if isinstance(each, str)):
            yield found("shown", str(number), "changed", "内容与它的校验值不符", "its columns do not match its key")
