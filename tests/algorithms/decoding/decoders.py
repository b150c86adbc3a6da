"""Small decoders, and the slow and plain way to look at every sequence."""

import itertools

import torch


class Recurrent:
    """Scores depend on all tokens so far; the batch is the second dimension of its state, as in library layers."""

    def __init__(self, v, seed=0, sharpness=2.0, hidden=5):
        def draw(*shape):
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        generator = torch.Generator().manual_seed(seed)
        self.v, self.hidden = v, hidden
        self.embedding, self.recurrence, self.output = (
            draw(v, hidden),
            draw(hidden, hidden),
            draw(hidden, v) * sharpness,
        )
        self.steps = 0

    def begin(self, n, seed=0):
        generator = torch.Generator().manual_seed(seed)
        return {"hidden": torch.randn(1, n, self.hidden, generator=generator, dtype=torch.float64)}

    def step(self, tokens, state):
        self.steps += 1
        h = torch.tanh(state["hidden"] @ self.recurrence + self.embedding[tokens])
        return h[0] @ self.output, {"hidden": h}

    def select(self, state, rows):
        return {"hidden": state["hidden"].index_select(1, rows)}


class Table:
    """The scores of step ``t`` are row ``t`` of a table, whatever came before."""

    def __init__(self, scores):
        self.scores = torch.as_tensor(scores, dtype=torch.float64)

    def step(self, tokens, state):
        return self.scores[state], state + 1

    def select(self, state, rows):
        return state[rows]


class Markov:
    """The next token depends on the last alone: row ``y`` of ``scores`` comes after ``y``."""

    def __init__(self, scores):
        self.scores = torch.as_tensor(scores, dtype=torch.float64)

    def step(self, tokens, state):
        return self.scores[tokens], state

    def select(self, state, rows):
        return state


def log_probability(decoder, state, row, start, sequence):
    """Of one sequence for one input, step by step."""
    state, total = decoder.select(state, torch.tensor([row])), 0.0
    for before, token in zip([start, *sequence[:-1]], sequence, strict=True):
        scores, state = decoder.step(torch.tensor([before]), state)
        total += scores.log_softmax(1)[0, token].item()
    return total


def every_sequence(decoder, state, row, start, *, end, max_steps, alpha, offset, banned=()):
    """``(score, log p, sequence)`` of all, best first."""
    found = []
    for length in range(1, max_steps + 1):
        for sequence in itertools.product(range(decoder.v), repeat=length):
            whole = sequence[-1] == end or length == max_steps
            if not whole or end in sequence[:-1] or set(sequence) & set(banned):
                continue
            log_p = log_probability(decoder, state, row, start, sequence)
            found.append((log_p / ((offset + length) / (offset + 1)) ** alpha, log_p, sequence))
    return sorted(found, reverse=True)


def listed(hypotheses, row):
    """``(score, log p, sequence)`` of what was found for one input."""
    parts = hypotheses.scores, hypotheses.log_probabilities, hypotheses.tokens, hypotheses.lengths
    rows = zip(*(part[row].tolist() for part in parts), strict=True)
    return [(score, log_p, tuple(tokens[:length])) for score, log_p, tokens, length in rows if length]
