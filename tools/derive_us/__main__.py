"""Write studies/, sites/ and grids/: python tools/derive_us --data FOLDER."""

import sys
from pathlib import Path


def run() -> int:
    """Start the package from its folder, whatever the working directory."""
    root = Path(__file__).resolve().parents[2]
    if not __package__:
        sys.path[0] = str(root)  # the folder itself would hide libraries behind our module names
    from tools.derive_us.app import main

    return main(root=root)


if __name__ == "__main__":
    raise SystemExit(run())
