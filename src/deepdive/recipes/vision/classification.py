"""Any network that classifies pictures, as an experiment: data, task, trainer, a grid of predictions, `predict`."""

import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.data.images import ImageDataModule, ImageSpec, grid, load_images, read_picture
from deepdive.data.progress import progress_bars
from deepdive.files import write_atomically
from deepdive.recipes.experiment import Invert, Prediction
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.recipes.vision.settings import ImageClassificationSettings
from deepdive.toolkit import Toolkit
from deepdive.training import Classification, Run, RunError, choose_device, seed_everything
from deepdive.training.listeners import to_png
from deepdive.training.records import Listener
from deepdive.training.report import Section, code, join, pairs, picture, text

MakeNetwork = Callable[[ImageSpec, Toolkit], nn.Module]
"""A network for pictures of this form, out of the parts of this toolkit."""


class ImageClassification:
    """Fit a network to labelled pictures, and label new ones.

    Args:
        settings: what the user chose.
        network: makes the network once the form of the pictures is known.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: ImageClassificationSettings, network: MakeNetwork) -> None:
        self.settings = settings
        self._make_network = network
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the pictures and make the task."""
        settings = self.settings
        with progress_bars() as report:
            self.data: ImageDataModule = load_images(
                settings.data,
                batch_size=settings.batch_size,
                validation=settings.validation,
                seed=settings.seed,
                image_size=settings.image_size,
                normalize=settings.normalize,
                report=report,
            )
            self.data.prepare()
        for note in self.data.notes:
            sys.stderr.write(f"note: {note}\n")
        seed_everything(settings.seed)
        self.task = Classification(
            self._network(self.data.spec), optimizer=self._optimizer, schedule=schedule_for(settings)
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows what the pictures look like.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        inputs = {"spec": self.data.spec.to_json(), "pictures": self._fingerprint()}
        if not (resume and (run.folder / "inputs.json").exists()):
            run.write_json("inputs.json", inputs)
        elif run.read_json("inputs.json") != inputs:
            raise RunError(
                f"the pictures of {self.settings.data} have changed since {run.folder} began; start a new run"
            )
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """The network, the task's hyperparameters, and the first test pictures with what the network says of them."""
        network = self.task.network
        count = sum(parameter.numel() for parameter in network.parameters())
        kept = {name: str(value) for name, value in self.task.hyperparameters.items() if value is not network}
        return [
            *self._predictions(run),
            Section("Network", join([text(f"{count:,} parameters"), code(str(network))])),
            Section("Task", pairs({"kind": type(self.task).__name__} | kept)),
        ]

    def _predictions(self, run: Run) -> list[Section]:
        pictures = self.data.pictures("test") or self.data.pictures("val") or self.data.pictures("train")
        if pictures is None:
            return []
        images, truth = pictures.images[:32], pictures.labels[:32].tolist()
        chances, guesses = self._probabilities(self.task.network, self.data.spec, images).max(dim=1)
        names = self.data.labels
        titles = [
            f"{names[guess]} {chance:.0%}" + ("" if guess == label else f"\nnot {names[label]}")
            for guess, chance, label in zip(guesses.tolist(), chances.tolist(), truth, strict=True)
        ]
        png = to_png(grid(images, titles, marked=[guess != label for guess, label in zip(guesses, truth, strict=True)]))
        write_atomically(run.folder / "predictions.png", png)
        caption = "The first test pictures; wrong labels are marked."
        return [Section("Predictions", join([picture(caption, png), text(*self.data.notes)]))]

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files."""
        spec = _read_spec(run)
        network = self._network(spec)
        network.load_state_dict(trained_weights(run))
        read = [read_picture(file, spec, invert=invert) for file in files]
        images = torch.stack([image for image, _ in read])
        chances = torch.cat([self._probabilities(network, spec, some) for some in images.split(256)])
        found = []
        for file, (_, notes), row in zip(files, read, chances, strict=True):
            top = row.topk(min(3, len(spec.labels)))
            ranked = {
                spec.labels[i]: round(p, 6) for p, i in zip(top.values.tolist(), top.indices.tolist(), strict=True)
            }
            label = next(iter(ranked))
            found.append(Prediction(file, label, ranked.pop(label), ranked, tuple(notes)))
        return found

    def _fingerprint(self) -> str:
        """A checksum of the training pictures and labels."""
        digest = hashlib.sha256()
        if (pictures := self.data.pictures("train")) is not None:
            for tensor in (pictures.images, pictures.labels):
                digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()

    def _network(self, spec: ImageSpec) -> nn.Module:
        return self._make_network(spec, toolkit_named(self.settings.toolkit))

    def _probabilities(self, network: nn.Module, spec: ImageSpec, images: Tensor) -> Tensor:
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        with torch.inference_mode():
            return network(spec.to_float(images.to(device))).softmax(dim=1).cpu()


def _read_spec(run: Run) -> ImageSpec:
    """What the pictures of the run looked like."""
    inputs = run.read_json("inputs.json")
    try:
        return ImageSpec.from_json(inputs["spec"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{run.folder / 'inputs.json'} is damaged: {error}") from error
