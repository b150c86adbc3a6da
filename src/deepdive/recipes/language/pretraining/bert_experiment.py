"""BERT's pretraining as an experiment: how well masked tokens are predicted, and what stands in gaps of new texts."""

from collections.abc import Iterable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from deepdive.data.pretraining import MaskedPairsDataModule
from deepdive.data.progress import Report
from deepdive.data.sequences import Ragged
from deepdive.data.subwords import CLS, MASK, SEP, Subwords
from deepdive.data.types import Batch
from deepdive.recipes.experiments import make_classification_loss
from deepdive.recipes.language.pretraining.bert_pretrain import BertPretrainSettings
from deepdive.recipes.language.pretraining.experiment import PretrainingExperiment, load_texts
from deepdive.recipes.predictions import TextPrediction
from deepdive.training import Run, choose_device
from deepdive.training.report import Section
from deepdive.training.sequences import IGNORED, MaskedLanguageModelling

_GUESSES = 5


class BertPretrainExperiment(PretrainingExperiment[BertPretrainSettings, MaskedPairsDataModule]):
    """Fit a BERT to the sentences of a text, and fill gaps with it.

    Raises:
        ValueError: a setting is out of its range.
    """

    takes = f"texts with {MASK} for each missing token; files with one per line; a folder stands for all files below it"

    def load_data(self, report: Report) -> MaskedPairsDataModule:
        """Pairs of sentences; the tokens are learnt from the text."""
        settings = self.settings
        return MaskedPairsDataModule(
            lambda: load_texts(settings, report),
            partial(Subwords.word_pieces, vocab_size=settings.vocab_size),
            max_length=settings.max_length,
            mlm_probability=settings.mlm_probability,
            batch_size=settings.batch_size,
            seed=settings.seed,
        )

    def metadata(self) -> Subwords:
        """WordPiece tokens."""
        return self.data.subwords

    def fingerprint(self) -> Iterable[Tensor | Ragged]:
        """The pairs of every part, and whether their sentences follow each other."""
        for part in self.data.parts:
            tokens, _, _, is_next = self.data.fields(part)
            yield from (tokens, is_next)

    def make_task(self, network: nn.Module) -> MaskedLanguageModelling:
        """Cross-entropy of the masked tokens, and of whether sentences follow each other."""
        loss = make_classification_loss(self.settings.toolkit, 0.0)
        return MaskedLanguageModelling(
            network,
            loss=loss,
            next_loss=loss,
            next_weight=self.settings.next_weight,
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def sections(self, run: Run) -> list[Section]:
        """Gaps filled in, masked tokens and their predictions, the text, the network."""
        data = self.data
        facts: dict[str, object] = {f"{name} sentences": len(sentences) for name, sentences in data.sentences.items()}
        facts |= {f"{name} pairs": len(data.fields(name)[0]) for name in data.sentences}
        facts["vocabulary"] = len(data.subwords)
        facts["padding in batches"] = f"{data.train_loader().padding_waste():.1%}"
        tokens = torch.full((1, 8), 5)
        example = tokens, torch.zeros_like(tokens), torch.tensor([8])
        return self.gap_sections("Masked tokens in pairs", self._rows, facts, example)

    def encode(self, texts: Sequence[str], metadata: Subwords) -> Ragged:
        """The token ids of texts with gaps, ``[CLS]`` before and ``[SEP]`` behind each.

        Raises:
            ValueError: a text has no ``[MASK]``, or is longer than the network reads.
        """
        most, mask = self.settings.max_length - 2, metadata.id_of(MASK)
        ids = metadata.encode(texts, special=False).ids
        for row, text in enumerate(texts):
            each = ids[row]
            if not (each == mask).any():
                raise ValueError(f"{text[:60]!r} has no {MASK}, so that there is nothing to fill in")
            if len(each) > most:
                raise ValueError(f"{text[:60]!r} has {len(each)} tokens, but the network reads {most}")
        return Ragged.joined([metadata.id_of(CLS), ids, metadata.id_of(SEP)])

    def predict(self, network: nn.Module, metadata: Subwords, texts: Sequence[str]) -> list[TextPrediction]:
        """Fill every ``[MASK]`` of texts: the most likely tokens, and the next most likely ones.

        Raises:
            ValueError: a text has no ``[MASK]``, or is longer than the network reads.
        """
        device = choose_device(self.settings.device)
        network = network.to(device).eval()
        predictions = []
        encoded = self.encode(texts, metadata)
        for row, text in enumerate(texts):
            tokens = encoded[row].clone()
            gaps = (tokens == metadata.id_of(MASK)).nonzero().squeeze(1)
            with torch.inference_mode():
                logits = network(tokens.unsqueeze(0).to(device), masked_positions=gaps.to(device)).tokens.cpu()
                logits[:, list(metadata.special)] = -torch.inf
                p, guesses = logits.softmax(-1).topk(_GUESSES)  # (gaps, guesses)
            answers = []
            for column in guesses.T:
                tokens[gaps] = column
                answers.append(metadata.decode(tokens[1:-1]))
            predictions.append(TextPrediction(text, tuple(answers), tuple(round(v, 6) for v in p.prod(dim=0).tolist())))
        return predictions

    def _rows(self, batch: Batch, shown: Tensor) -> list[dict[str, object]]:
        """Pairs of sentences, what was masked, and what is predicted."""
        *inputs, targets, is_next = batch
        network, subwords = self.model.cpu().eval(), self.data.subwords
        masked = (targets.flatten() != IGNORED).nonzero().squeeze(1)
        with torch.inference_mode():
            outputs = network(*inputs, masked)
        predicted = torch.zeros_like(targets).flatten()
        predicted[masked] = outputs.tokens.argmax(-1)
        predicted = predicted.view_as(targets)

        def words(ids: Tensor) -> str:
            return " ".join(subwords.tokens(ids.tolist()))

        return [
            {
                "text": words(inputs[0][i][: int(inputs[2][i])]),
                "masked": words(targets[i][targets[i] != IGNORED]),
                "predicted": words(predicted[i][targets[i] != IGNORED]),
                "follows": ("yes", "no")[int(is_next[i])],
                "predicted to follow": ("yes", "no")[int(outputs.is_next[i].argmax())],
            }
            for i in shown.tolist()
        ]
