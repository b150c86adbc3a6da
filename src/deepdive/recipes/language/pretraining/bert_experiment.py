"""BERT's pretraining as an experiment: how well hidden words are guessed, and what stands in the gaps of new texts."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from deepdive.data.pretraining import MaskedPairsDataModule
from deepdive.data.progress import progress_bars
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import CLS, MASK, SEP, Subwords
from deepdive.models.transformers import BERT, BERTForPretraining
from deepdive.names import tell
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.inputs import checksum, keep_inputs, read_inputs
from deepdive.recipes.language.asking import unread
from deepdive.recipes.language.bert.fine_tuning import piece_network_section
from deepdive.recipes.language.pretraining.bert_pretrain import BertPretrainSettings
from deepdive.recipes.language.pretraining.texts import texts_for
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import classification_loss, optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.training import Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, pairs, table
from deepdive.training.sequences import IGNORED, MaskedLanguageModelling

_SHOWN, _GUESSES = 20, 5


class BertPretrainExperiment:
    """Fit a BERT to the sentences of a text, and fill gaps with it.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: BertPretrainSettings) -> None:
        self.settings = settings
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        self._loss = classification_loss(settings.toolkit, 0.0)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the text, learn its pieces, make pairs, and make the task."""
        settings = self.settings
        with progress_bars() as report:
            texts = texts_for(settings, report)
        self.data = MaskedPairsDataModule(
            lambda: texts,
            partial(Subwords.word_pieces, size=settings.pieces),
            longest=settings.longest,
            share=settings.share,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )
        self.data.prepare()
        self._unread = unread(lambda: self._read(settings.prompt, self.data.subwords))
        seed_everything(settings.seed)
        self.network = self._network(len(self.data.subwords))
        self.task = MaskedLanguageModelling(
            self.network,
            loss=self._loss,
            next_loss=self._loss,
            next_weight=settings.next_weight,
            optimizer=self._optimizer,
            schedule=schedule_for(settings),
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows the pieces.

        Raises:
            RunError: the text is not the one that the run began with.
        """
        tokens, _, _, is_next = self.data.fields("train")
        values = [tokens.values, tokens.offsets] if isinstance(tokens, Ragged) else []
        inputs = {
            "subwords": self.data.subwords.to_json(),
            "pairs": checksum([*values, *([is_next] if not isinstance(is_next, Ragged) else [])]),
        }
        keep_inputs(run, inputs, what=f"the text {self.settings.data} has", resume=resume)
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Gaps filled in, in a sentence and in pairs held out; the text; the network."""
        data = self.data
        facts: dict[str, object] = {f"{name} sentences": len(found) for name, found in data.sentences.items()}
        facts |= {f"{name} pairs": len(data.fields(name)[0]) for name in data.sentences}
        facts |= {"pieces": len(data.subwords), "padding in batches": f"{data.train_loader().padding_waste():.1%}"}
        sections = []
        if not self._unread:
            [told] = self._filled(self.network, data.subwords, [self.settings.prompt])
            tell(f"  {self.settings.prompt}  ->  {told.answers[0]}")
            sections.append(Section("Gaps of a sentence", table([{"filled in": answer} for answer in told.answers])))
        return [
            *sections,
            Section("Hidden pieces of pairs held out", table(self._guesses())),
            Section("Text", pairs(facts)),
            piece_network_section(self.network),
        ]

    def predict(self, run: Run, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill every ``[MASK]`` of texts: the likeliest pieces, and the next likeliest ones.

        Raises:
            RunError: ``inputs.json`` is missing or damaged.
            ValueError: a text has no ``[MASK]``, or is longer than the network reads.
        """
        subwords = read_inputs(run, lambda kept: Subwords.from_json(kept["subwords"]))
        network = self._network(len(subwords))
        network.load_state_dict(trained_weights(run))
        return self._filled(network, subwords, texts)

    def _network(self, pieces: int) -> BERTForPretraining:
        settings, nn = self.settings, toolkit_named(self.settings.toolkit)
        bert = BERT(
            pieces,
            settings.width,
            settings.heads,
            settings.layers,
            places=settings.longest,
            dropout=settings.dropout,
            nn=nn,
        )
        return BERTForPretraining(bert, nn=nn)

    def _read(self, text: str, subwords: Subwords) -> Tensor:
        """The numbers of a text with gaps, ``[CLS]`` before and ``[SEP]`` behind them."""
        mask, cls, sep = (subwords.id_of(token) for token in (MASK, CLS, SEP))
        numbers = subwords.encode([text], special=False).tokens[0]
        if not (numbers == mask).any():
            raise ValueError(f"{text[:60]!r} has no {MASK}, so that there is nothing to fill in")
        if len(numbers) + 2 > self.settings.longest:
            raise ValueError(
                f"{text[:60]!r} has {len(numbers)} pieces, but the network reads {self.settings.longest - 2}"
            )
        return torch.cat([torch.tensor([cls]), numbers, torch.tensor([sep])])

    def _filled(self, network: BERTForPretraining, subwords: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        place = choose_device(self.settings.device)
        network = network.to(place).eval()
        found = []
        for text in texts:
            tokens = self._read(text, subwords)
            gaps = (tokens == subwords.id_of(MASK)).nonzero().squeeze(1)
            with torch.inference_mode():
                said = network(tokens.unsqueeze(0).to(place), hidden=gaps.to(place)).tokens.cpu()
                said[:, list(subwords.special)] = -torch.inf
                p, guesses = said.softmax(-1).topk(_GUESSES)  # (gaps, guesses)
            answers = []
            for column in guesses.T:
                tokens[gaps] = column
                answers.append(subwords.decode(tokens[1:-1]))
            found.append(TextPrediction(text, tuple(answers), tuple(round(v, 6) for v in p.prod(dim=0).tolist())))
        return found

    def _guesses(self) -> list[dict[str, object]]:
        """Some pairs held out: what was hidden, and what was guessed."""
        loader = self.data.test_loader() or self.data.val_loader() or self.data.train_loader()
        *inputs, targets, is_next = next(iter(loader.batches()))
        network, subwords = self.network.cpu().eval(), self.data.subwords
        hidden = (targets.flatten() != IGNORED).nonzero().squeeze(1)
        with torch.inference_mode():
            said = network(*inputs, hidden)
        guessed = torch.zeros_like(targets).flatten()
        guessed[hidden] = said.tokens.argmax(-1)
        guessed = guessed.view_as(targets)
        rows = []
        for i in torch.linspace(0, len(targets) - 1, min(_SHOWN, len(targets))).long().tolist():
            told = targets[i] != IGNORED
            rows.append(
                {
                    "text": " ".join(subwords.pieces(inputs[0][i][: int(inputs[2][i])].tolist())),
                    "hidden": " ".join(subwords.pieces(targets[i][told].tolist())),
                    "guessed": " ".join(subwords.pieces(guessed[i][told].tolist())),
                    "follows": ("yes", "no")[int(is_next[i])],
                    "guess": ("yes", "no")[int(said.is_next[i].argmax())],
                }
            )
        return rows
