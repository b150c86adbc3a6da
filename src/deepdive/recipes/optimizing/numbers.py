"""Numbers that declarations state and experiments keep. Free of torch."""

CHECKS = 14
"""Theoretical guarantees that the recipe ``landscape`` checks."""

RATES = {
    "images": {
        "sgd": 0.1,
        "adagrad": 0.03,
        "rmsprop": 0.003,
        "adadelta": 3.0,
        "adamw": 0.03,
        "lion": 0.003,
        "muon": 0.1,
        "schedule-free-adamw": 0.01,
    },
    "characters": {
        "sgd": 0.03,
        "adagrad": 0.01,
        "rmsprop": 0.001,
        "adadelta": 1.0,
        "adamw": 0.01,
        "lion": 0.006,
        "muon": 0.03,
        "schedule-free-adamw": 0.01,
    },
}
"""Best of a grid by the validation loss after 300 steps, by task and optimiser of the recipe ``optimizers``.

Those of SGD, AdaGrad, RMSprop and Adadelta were found with an L2 penalty of 0.01, which they are compared without.
"""
