"""What was most likely meant by a word that nobody knows."""

import difflib
import unicodedata
from collections.abc import Sequence

from signage.errors import Words
from signage.notation import shown


def not_one_of(key: str, value: object, allowed: Sequence[object]) -> tuple[Words, Words]:
    """Gives problem and cure for a value that is none of `allowed`."""
    names = [shown(one) for one in allowed]
    problem = Words(
        zh=f"{key} 只能是 {'、'.join(names)}，现在是 {shown(value)}",
        en=f"{key} must be one of {', '.join(names)}, got {shown(value)}",
    )
    near = nearest(value, [one for one in allowed if isinstance(one, str)]) if isinstance(value, str) else ""
    if near:
        return problem, Words(zh=f'是不是 "{near}"？', en=f'did you mean "{near}"?')
    return problem, Words(zh=f"改成其中一个，例如 {names[0]}", en=f"write one of them, such as {names[0]}")


def nearest(written: str, known: Sequence[str]) -> str:
    """Gives the known word that was most likely meant; "" if none comes near."""
    plain = unicodedata.normalize("NFKC", written[:64]).strip().casefold().replace("-", "_").replace(" ", "_")
    folded = {word.casefold().replace("-", "_"): word for word in known}
    if plain in folded:
        return folded[plain]
    near = difflib.get_close_matches(plain, folded, n=1)
    if not near and len(plain) >= 3:
        near = [word for word in folded if word.startswith(plain) or plain.startswith(word)][:1]
    return folded[near[0]] if near else ""
