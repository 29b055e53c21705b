"""`python -m kfm_gates.cli`."""

from __future__ import annotations

import sys

from kfm_gates.cli import main

if __name__ == "__main__":
    sys.exit(main())
