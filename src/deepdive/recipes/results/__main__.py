"""``make results``: RESULTS.md from results/*.json."""

import sys
from pathlib import Path

from deepdive.files import write_atomically
from deepdive.recipes.results.recorded import read_results, results_page


def main() -> int:
    """Write RESULTS.md."""
    write_atomically(Path("RESULTS.md"), results_page(read_results()))
    sys.stdout.write("RESULTS.md\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
