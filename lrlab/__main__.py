"""`python -m lrlab` is the command line of `lrlab.cli`."""

import sys

from lrlab.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
