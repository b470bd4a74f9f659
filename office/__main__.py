"""`python -m office` is `wuzha-office`."""

import sys

from office.cli import main

sys.exit(main())
