"""Numbers that declarations state and experiments keep. Free of torch."""

CHECKS = 14
"""Promises of theory that the recipe ``landscape`` checks."""

RATES = {
    "images": {
        "sgd": 0.1,
        "adagrad": 0.03,
        "rmsprop": 0.003,
        "adadelta": 1.0,
        "adamw": 0.01,
        "lion": 0.001,
        "muon": 0.03,
        "schedule-free-adamw": 0.01,
    },
    "characters": {
        "sgd": 0.3,
        "adagrad": 0.03,
        "rmsprop": 0.003,
        "adadelta": 1.0,
        "adamw": 0.003,
        "lion": 0.001,
        "muon": 0.03,
        "schedule-free-adamw": 0.01,
    },
}
"""The best rates of the grid of the recipe ``optimizers`` (preset book), by task and optimiser."""
