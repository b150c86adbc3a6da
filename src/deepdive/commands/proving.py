"""``deepdive prove``: run the twin proofs and print each as it comes."""

import sys
from dataclasses import dataclass
from typing import Annotated

import tyro


@dataclass(frozen=True)
class _Options:
    name: Annotated[str | None, tyro.conf.Positional] = None
    """One name of deepdive.scratch, e.g. Conv2d or optim.Adam; all if not given."""


def main(arguments: list[str]) -> int:
    """Prove."""
    options = tyro.cli(
        _Options,
        args=arguments,
        prog="deepdive prove",
        description="Compare from-scratch parts with their library twins: numbers, and time as a ratio.",
    )
    from deepdive.proofs import prove

    proofs, found = [], prove(options.name)
    _row("", "max output diff", "max gradient diff", "eager time", "compiled time", "")
    for proof in found:
        proofs.append(proof)
        compiled = f"{proof.compiled_ratio:.2f}x" if proof.compiled_ratio is not None else "-"
        eager = f"{proof.eager_ratio:.2f}x" if proof.eager_ratio is not None else "-"
        gradient = "-" if proof.max_gradient_difference is None else f"{proof.max_gradient_difference:.1e}"
        _row(
            proof.name, f"{proof.max_output_difference:.1e}", gradient, eager, compiled, "ok" if proof.ok else "DIFFERS"
        )
    reasons = {proof.reason for proof in proofs if proof.reason}
    if reasons:
        sys.stdout.write(f"no compiled time where it says -: {'; '.join(sorted(reasons))}\n")
    sys.stdout.write("time: of ours, eager or compiled, over the library's eager one; CPU seconds of one thread\n")
    failed = [proof.name for proof in proofs if not proof.ok]
    sys.stdout.write(f"{len(proofs)} proofs, {len(failed)} failed{': ' + ', '.join(failed) if failed else ''}\n")
    return 1 if failed else 0


def _row(name: str, output: str, gradient: str, eager: str, compiled: str, word: str) -> None:
    sys.stdout.write(f"{name:<34} {output:>15} {gradient:>18} {eager:>11} {compiled:>14}  {word}\n")
    sys.stdout.flush()
