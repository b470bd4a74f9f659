"""The complaints found in one file while it is read."""

from signage.errors import BadInput, Complaint, Words
from signage.source import Place

MOST_COMPLAINTS = 100


class Findings:
    """The complaints found so far in one file; beyond `MOST_COMPLAINTS` they are only counted."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._complaints: list[Complaint] = []
        self._more = 0

    def add(self, complaint: Complaint) -> None:
        """Keeps a complaint, or counts it when there are too many to read."""
        if self.is_full():
            self._more += 1
        else:
            self._complaints.append(complaint)

    def is_full(self) -> bool:
        """Says whether further complaints are only counted."""
        return len(self._complaints) >= MOST_COMPLAINTS

    def complaints(self) -> tuple[Complaint, ...]:
        """Gives them in the order found; the last one says how many are left out, if any."""
        if not self._more:
            return tuple(self._complaints)
        problem = Words(zh=f"还有 {self._more} 处错误没有列出", en=f"{self._more} more mistakes are not listed")
        cure = Words(zh="先改好上面的，再检查一次", en="mend those above, then check again")
        return (*self._complaints, self._place.complaint("", problem, cure))

    def raise_if_any(self) -> None:
        """Raises BadInput when anything was found."""
        if self._complaints:
            raise BadInput(self.complaints())
