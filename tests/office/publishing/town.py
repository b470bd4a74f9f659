"""An office with two screens, driven as the commands drive it."""

from pathlib import Path

from office.place import Place
from office.trusting.root import root_bytes
from signage.trust import read_assignment
from tests.office.people import AT, LI, ZHANG, Client, campaign

LED, KIOSK = "sq-square-led1", "hall-kiosk2"


class Office:
    """Pushes, and says what the screens' TUF clients make of it."""

    def __init__(self, place: Place, tmp_path: Path) -> None:
        from office.enrolling import Enrolment, enroll
        from office.publishing.publish import open_signers

        self.place, self.tmp_path = place, tmp_path
        self.signers = open_signers(place, ZHANG, LI)
        for screen, kind in ((LED, "square"), (KIOSK, "service-centre")):
            told = Enrolment(screen=screen, site=kind, kind=kind, zones=("main",))
            enroll(self.place, told, None, "guan", AT)
        self.client = Client(place, tmp_path / "client", root_bytes(place))

    def push(self, to: str = "all", *, folder: str = "six-rules", **contents: object) -> int:
        """Publishes a campaign; gives its number."""
        from office.publishing.aims import chosen
        from office.publishing.folder import read_folder
        from office.publishing.publish import publish

        draft = read_folder(campaign(self.tmp_path / folder, **contents))  # type: ignore[arg-type]
        return int(publish(self.place, draft, chosen([to]), self.signers, AT).number)

    def shows(self, screen: str) -> tuple[int, ...]:
        """Gives the publications that are assigned to a screen, verified."""
        text = self.client.assignment(screen)
        return tuple(each.publication for each in read_assignment(text, screen).shows)
