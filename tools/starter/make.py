"""Makes the starter campaign: `python tools/starter/make.py`, all of it or the parts that are named."""

import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

if __name__ == "__main__":
    runpy.run_module("tools.starter.workshop", run_name="__main__")
