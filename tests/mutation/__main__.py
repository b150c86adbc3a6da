"""``python -m tests.mutation --count 200``: try mutants, keep the verdicts in a file, go on where it was cut off."""

import argparse
import sys
from pathlib import Path

from .campaign import judge, key_of, known, nearest, report, sample, to_line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--log", type=Path, default=Path("build/mutants.jsonl"))
    parser.add_argument("--at-most", type=int, default=None, help="try so many new ones, then end")
    parser.add_argument("--survivors", action="store_true", help="try the survivors again whose tests have changed")
    parser.add_argument("--list", action="store_true", help="only list them, with the tests that are asked")
    words = parser.parse_args()
    mutants = sample(words.count, words.seed)
    if words.list:
        for mutant in mutants:
            sys.stdout.write(f"{mutant.name}\n    {' '.join(nearest(mutant.path))}\n")
        return
    words.log.parent.mkdir(parents=True, exist_ok=True)
    before = known(words.log)

    def open_(mutant) -> bool:
        verdict = before.get(mutant.name)
        if verdict is None:
            return True
        return words.survivors and not verdict.caught and verdict.key != key_of(mutant)

    with words.log.open("a", encoding="utf-8") as log:

        def tell(verdict) -> None:
            log.write(to_line(verdict) + "\n")
            log.flush()
            sys.stderr.write(f"{'caught' if verdict.caught else 'SURVIVED'} {verdict.seconds:.0f} s {verdict.name}\n")

        judge([mutant for mutant in mutants if open_(mutant)][: words.at_most], jobs=words.jobs, tell=tell)
    after = known(words.log)
    sys.stdout.write(report([after[m.name] for m in mutants if m.name in after]) + "\n")


if __name__ == "__main__":
    main()
