"""Prints the captured frames between every two kinds of item: `python tests/bench/pairs.py [FILE.json]`."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.flows.gapless import show, write


def main() -> int:
    """Plays all pairs with a cut and with a fade; 0 when no frame was black or foreign."""
    pairs = []
    for transition in ("cut", "fade"):
        with tempfile.TemporaryDirectory() as folder:
            pairs += show(Path(folder), transition)
    print(f"{'pair':28} {'':5} {'captured':>8} {'black':>6} {'foreign':>8}")
    for pair in pairs:
        print(pair.line())
    captured, black, foreign = (sum(getattr(p, key) for p in pairs) for key in ("captured", "black", "foreign"))
    print(f"{len(pairs)} pairs, {captured} frames captured, {black} black, {foreign} foreign")
    if len(sys.argv) > 1:
        write(pairs, Path(sys.argv[1]))
    return 1 if black or foreign else 0


if __name__ == "__main__":
    sys.exit(main())
