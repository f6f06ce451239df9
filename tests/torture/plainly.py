"""One of Kedro's commands, as it is typed, but without pictures and seconds.

TensorFlow isn't loaded before Kedro does: processes of ParallelRunner, forked from one that has it,
would wait for ever.
"""

import sys
import time

from tests.torture.small import draw_nothing

if __name__ == "__main__":
    time.perf_counter = lambda: 0.0
    draw_nothing()
    sys.argv = sys.argv[1:]
    if sys.argv[0] == "kedro":
        from kedro.framework.cli.cli import main
    else:
        from regpipe.__main__ import main
    main()
