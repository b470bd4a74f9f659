"""The words for cards that travel with a publication: what `{name}` stands for on each of its screens.

```
[[site]]
screens = ["sq-square-led1", "sq-hall-kiosk1"]
[site.variables]
grid_phone = "13800000000"
```
Rule: pure. They are words that the public reads, so they stand among what two people sign, beside the playlists and
under a name of their own; a version that does not know them passes them over.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from signage.cards import BUILT_IN
from signage.errors import Words
from signage.findings import Findings
from signage.mending import written
from signage.notation import shown
from signage.source import Place, parse
from signage.tables import Table
from signage.text_rules import flaw

VARIABLES = "variables"
"""The stem of their file among a publication's playlists."""
MOST_VARIABLE = 50
"""Letters of a variable's name."""
MOST_VALUE = 200
MOST_VARIABLES = 64
"""Of one screen, besides those that every site has."""
MOST_SCREENS = 5000

_SITE = re.compile(rb"^(?=\[\[site\]\])", re.MULTILINE)
_NAME = re.compile(r"[^\W\d]\w{0,49}")


def is_variable(name: str) -> bool:
    """Returns whether a site's own variable may have this name; those that every site has are taken."""
    return (
        len(name) <= MOST_VARIABLE and bool(_NAME.fullmatch(name)) and not flaw(name, "name") and name not in BUILT_IN
    )


def is_value(text: str) -> bool:
    """Returns whether a variable may say this: one line that reads as it is."""
    return 0 < len(text) <= MOST_VALUE and "\n" not in text and flaw(text, "line") is None


def count_of_own(names: Iterable[str]) -> int:
    """Returns how many variables these are, without those that every site has."""
    return sum(name not in BUILT_IN for name in names)


def variables_text(by_screen: Mapping[str, Mapping[str, str]]) -> bytes:
    """Returns the file for these screens, each with its variables; screens that say the same share a table."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for screen, variables in sorted(by_screen.items()):
        if variables:
            groups.setdefault(tuple(sorted(variables.items())), []).append(screen)
    lines: list[str] = []
    for said, screens in groups.items():
        lines += ["[[site]]", f"screens = [{', '.join(map(written, screens))}]", "[site.variables]"]
        lines += [*(f"{written(name)} = {written(value)}" for name, value in said), ""]
    return "\n".join(lines).encode()


def read_variables(text: bytes, file: str, screen: str) -> dict[str, str]:
    """Returns what the file says for a screen, by name. Raises BadInput when that is not as it must be."""
    words = Words(zh=f"字卡变量 {PurePath(file).name}", en=f'variables "{PurePath(file).name}"')
    source = parse(_of(text, screen), Place(where=file, words=words))
    findings = Findings(source.place)
    top = Table(source.values, source.place, findings, known=("site", *source.values))  # later versions may add
    found: dict[str, str] = {}
    for number, values in enumerate(top.tables("site", most=MOST_SCREENS), start=1):
        place = source.table_place("site", number, words)
        site = Table(values, place, findings, known=("variables", *values))
        screens = values.get("screens")
        if not isinstance(screens, list) or screen not in screens:
            continue
        said = site.table("variables")
        table = Table(said, place, findings, known=tuple(said))
        for name in said:
            if not is_variable(name) and name not in BUILT_IN:
                problem = Words(f"{shown(name)} 不能作变量名", f"{shown(name)} cannot be the name of a variable")
                table.complain("", problem, Words("改名", "rename it"))
        found |= {name: table.text(name, "", most=MOST_VALUE) for name in said}
    if count_of_own(found) > MOST_VARIABLES:
        problem = Words(f"变量多于 {MOST_VARIABLES} 个", f"there are more than {MOST_VARIABLES} variables")
        top.complain("", problem, Words("只留用到的", "keep those that are used"))
    findings.raise_if_any()
    return {name: value for name, value in found.items() if value}


def _of(text: bytes, screen: str) -> bytes:
    """The part of a file that is about a screen: a fleet's whole file would hold up the first picture."""
    head, *sites = _SITE.split(text)
    return head + b"".join(site for site in sites if written(screen).encode() in site)
