"""The program ``rackgrid``: first where modules come from and what a signal does, then the command line."""

import gc
import os
import sys

from .modules import ROOT, elsewhere, without_current_folder

without_current_folder()

from .signals import SIGNALS  # noqa: E402 (the line above must come first)


def main() -> None:
    """Run the program and end the process with its exit code."""
    try:
        SIGNALS.install()
        os.environ["PATH"] = elsewhere(os.environ.get("PATH", os.defpath))  # that of all programs that libraries start
        # Each thread of OpenBLAS takes memory that a limit counts, and nothing here gains by a second one.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        _without_settings_here()
        from .cli.main import main as command_line
    except (OSError, MemoryError) as fault:  # a limit that lets not even the program in
        reason = getattr(fault, "strerror", None) or "out of memory"
        sys.stderr.write(f"error: {reason} – raise the limits: ulimit -n 1024; ulimit -v unlimited\n")
        os._exit(2)
    try:
        command_line()
    finally:
        SIGNALS.ignore()
        gc.freeze()  # what is left goes with the process: to search it all for circles takes a second


def _without_settings_here() -> None:
    """Load Matplotlib while another folder is current where this one holds settings for it, which it would follow."""
    if os.path.lexists("matplotlibrc"):
        here = os.getcwd()
        os.chdir(ROOT)
        try:
            import matplotlib  # noqa: F401 (it reads its settings as it is loaded)
        finally:
            os.chdir(here)


if __name__ == "__main__":
    main()
