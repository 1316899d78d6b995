"""Entry point of everything in `dev/`: `python3 main.py COMMAND [ARGUMENTS]`.

The shell scripts beside this file find a Python and call it. Only the standard
library is used here, since this is what sets the environment up.
"""

import os
import signal
import sys

sys.dont_write_bytecode = True

from lib import commands  # noqa: E402
from lib.errors import Stop  # noqa: E402


def main() -> int:
    # These take the same orderly way out as Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        return commands.main(sys.argv[1:])
    except Stop as stop:
        print(f"error: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has left (`dev/odoo ... | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
