"""One LeNet epoch our way, as a program of its own: what ``deepdive run lenet --epochs 1`` does up to the test.

Prints the seconds of the epoch, evaluation and checkpoints included.
"""

import sys
import time
from functools import partial
from pathlib import Path

from deepdive.cli import few_collections


def epoch(folder: Path) -> float:
    import torch

    from deepdive.data.images import load_images
    from deepdive.models.vision.lenet import LeNet
    from deepdive.training import Classification, FolderCheckpoints, Trainer
    from deepdive.training.listeners import MetricsFile, choose_progress

    data = load_images("fashion-mnist", batch_size=128)
    data.prepare()
    task = Classification(LeNet(), optimizer=partial(torch.optim.SGD, lr=0.9))
    session = Trainer(device="cpu").session(task, data, FolderCheckpoints(folder))
    listeners = [MetricsFile(folder / "metrics.jsonl"), choose_progress(sys.stderr)]
    began = time.perf_counter()
    for listener in listeners:
        listener.start(session.plan)
    for record in session:
        for listener in listeners:
            listener.record(record)
        if record.kind == "epoch":
            break  # the same images seen as on the other side: one epoch, one pass over the test set
    return time.perf_counter() - began


if __name__ == "__main__":
    with few_collections():
        print(epoch(Path(sys.argv[1])))
