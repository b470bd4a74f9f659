"""`python -m tests.fuzz [TARGET …]`: hostile input at every edge, for seconds or for hours.

Prints what was run and what it cost; ends with 1 when something was found. What was found is kept in a folder, one file
for each, and `--replay FILE` runs it again.
"""

import argparse
import secrets
import sys
from pathlib import Path

import msgspec

from tests.fuzz.campaign import TARGETS, FuzzResult, campaign, replayed
from tests.fuzz.case import FuzzFinding


def main() -> int:
    """Runs the targets that were named, one after the other."""
    options = _parser().parse_args()
    if options.replay is not None:
        kept = msgspec.json.decode(options.replay.read_bytes(), type=FuzzFinding)
        found = replayed(kept.target, kept.case)
        _tell(kept.target, "replay", found, None)
        return bool(found.findings)
    seed = options.seed or secrets.token_hex(4)
    targets = TARGETS if "all" in options.targets or not options.targets else tuple(options.targets)
    is_found = False
    for target in targets:
        one = options.case is not None
        found = campaign(target, seed, 3600 if one else options.seconds, first=options.case or 0, most=int(one))
        _tell(target, seed, found, options.keep)
        is_found |= bool(found.findings)
    return int(is_found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", choices=(*TARGETS, "all", []), metavar="TARGET", help=" ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for each target")
    parser.add_argument("--seed", metavar="S", help="any text; the same one makes the same inputs")
    parser.add_argument("--case", type=int, metavar="N", help="this one input of the seed only")
    parser.add_argument("--keep", type=Path, default=Path("var/fuzz"), metavar="FOLDER", help="for what is found")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run what was kept")
    return parser


def _tell(target: str, seed: str, found: FuzzResult, keep: Path | None) -> None:
    print(f"{target}: {summary(found)}; seed {seed}")
    for each in found.findings:
        times = found.times[each.signature]
        print(f"  {each.kind}: {each.signature}  (× {times}, --seed {each.seed} --case {each.number})")
        for step in each.case[:4]:
            print(f"    {step.about}: {step.data[:200]!r}{'…' if len(step.data) > 200 else ''}")
        print("    " + "\n    ".join(each.trace.splitlines()[-12:]))
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"{target}-{each.kind}-{each.seed}-{each.number}.json"
            path.write_bytes(msgspec.json.encode(each))
            print(f"    kept as {path}")
    sys.stdout.flush()


def summary(found: FuzzResult) -> str:
    """Returns one line of figures."""
    rate = found.cases / found.seconds if found.seconds else 0.0
    parts = [f"{found.cases} cases in {found.seconds:.0f} s ({rate:.0f} a second)", f"{len(found.findings)} findings"]
    for each in found.measured:
        parts.append(
            f"memory {each.grew_mib:+.1f} MiB (peak {each.peak_mib:+.1f}), objects {each.grew_objects:+}, log "
            f"{each.log_bytes:.0f} B a case, {each.files} files of {each.disk_mib:.1f} MiB, a case takes "
            f"{each.median_s * 1000:.1f} ms, at most {each.slowest_s * 1000:.0f} ms"
        )
    if found.dead:
        parts.append(f"{found.dead} children did not live to the end")
    return "; ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
