"""`python -m player` is `wuzha-player`."""

import sys

from player.cli import main

sys.exit(main())
