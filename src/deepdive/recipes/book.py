"""The chapters of *Dive into Deep Learning* (edition 1.0), and what belongs to each that the book lacks."""

BOOK = "Dive into Deep Learning (d2l.ai)"
CHAPTERS = {
    2: "Preliminaries",
    3: "Linear regression",
    4: "Linear classification",
    5: "Multilayer perceptrons",
    6: "Builders' guide",
    7: "Convolutional networks",
    8: "Modern convolutional networks",
    9: "Recurrent networks",
    10: "Modern recurrent networks",
    11: "Attention and transformers",
    12: "Optimization",
    13: "Computational performance",
    14: "Computer vision",
    15: "Natural language processing: pretraining",
    16: "Natural language processing: applications",
    17: "Reinforcement learning",
    18: "Gaussian processes",
    19: "Hyperparameter optimization",
    20: "Generative models",
    21: "Recommender systems",
    22: "Mathematics",
}
