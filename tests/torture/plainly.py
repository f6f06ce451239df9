"""One of Kedro's commands, as it is typed, but without pictures and seconds."""

import sys

from tests.torture.small import draw_nothing, stop_clocks

if __name__ == "__main__":
    stop_clocks()
    draw_nothing()
    if sys.argv[1] == "kedro":
        from kedro.framework.cli.cli import main

        sys.argv = sys.argv[1:]
    else:
        from regpipe.__main__ import main

        sys.argv = sys.argv[1:]
    main()
