"""The papers' equations in plain NumPy, in double precision, one function of state and gradient for each optimiser.

Each is written from the paper, not from our code: with other intermediate quantities where there are any.
"""

import numpy as np


def yogi(lr, beta1, beta2, eps, weight_decay=0.0, decoupled=False, start=1e-6):
    """Zaheer et al. (2018), algorithm 2, its moments corrected as in Adam."""
    memory = {}

    def step(theta, g, t):
        m, v = memory.get("mv", (np.zeros_like(theta), np.full_like(theta, start)))
        if decoupled:
            theta = theta - lr * weight_decay * theta
        else:
            g = g + weight_decay * theta
        m = beta1 * m + (1 - beta1) * g
        v = np.where(v > g**2, v - (1 - beta2) * g**2, np.where(v < g**2, v + (1 - beta2) * g**2, v))
        memory["mv"] = m, v
        return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)

    return step


def lion(lr, beta1, beta2, weight_decay):
    """Chen et al. (2023), algorithm 2."""
    memory = {}

    def step(theta, g, t):
        m = memory.get("m", np.zeros_like(theta))
        memory["m"] = beta2 * m + (1 - beta2) * g
        return theta - lr * (np.sign(beta1 * m + (1 - beta1) * g) + weight_decay * theta)

    return step


def sophia_g(lr, beta1, beta2, rho, eps, weight_decay, every, batch_size, drawn):
    """Liu et al. (2023), algorithms 2 and 3; ``drawn(t)`` are the gradients on labels that were drawn."""
    memory = {}

    def step(theta, g, t):
        m, h = memory.get("mh", (np.zeros_like(theta), np.zeros_like(theta)))
        m = beta1 * m + (1 - beta1) * g
        if t % every == 1:
            h = beta2 * h + (1 - beta2) * batch_size * drawn(theta, t) ** 2
        memory["mh"] = m, h
        theta = theta - lr * weight_decay * theta
        return theta - lr * np.clip(m / np.maximum(rho * h, eps), -1, 1)

    return step


class ScheduleFree:
    """Defazio et al. (2024), equations 3 to 5 and algorithm 1, with all three sequences."""

    def __init__(self, theta, lr, beta, weight_decay=0.0, warmup=0, beta2=None, eps=1e-8, r=0.0, power=2.0):
        self.x, self.z, self.v = theta.copy(), theta.copy(), np.zeros_like(theta)
        self.lr, self.beta, self.weight_decay, self.warmup, self.beta2, self.eps = (
            lr,
            beta,
            weight_decay,
            warmup,
            beta2,
            eps,
        )
        self.r, self.power, self.weights = r, power, []

    @property
    def y(self):
        return (1 - self.beta) * self.z + self.beta * self.x

    def step(self, g, t):
        gamma = self.lr * min(1.0, t / self.warmup) if self.warmup else self.lr
        y = self.y
        if self.beta2 is not None:
            self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
            g = g / (np.sqrt(self.v / (1 - self.beta2**t)) + self.eps)
        self.z = self.z - gamma * (g + self.weight_decay * y)
        self.weights.append(t**self.r * gamma**self.power)
        c = self.weights[-1] / sum(self.weights)
        self.x = (1 - c) * self.x + c * self.z


def newton_schulz(n, coefficients=(3.4445, -4.7750, 2.0315), steps=5):
    """Jordan et al. (2024) by singular values: each goes through the polynomial, exactly."""
    a, b, c = coefficients
    u, s, vt = np.linalg.svd(n, full_matrices=False)
    s = s / np.linalg.norm(n)
    for _ in range(steps):
        s = a * s + b * s**3 + c * s**5
    return u @ np.diag(s) @ vt


def muon(lr, momentum, weight_decay, nesterov=True, match_rms=False):
    """Jordan et al. (2024); scales of Jordan and of Liu et al. (2025)."""
    memory = {}

    def step(theta, g, t):
        b = momentum * memory.get("b", np.zeros_like(theta)) + (1 - momentum) * g
        memory["b"] = b
        n = momentum * b + (1 - momentum) * g if nesterov else b
        rows, columns = theta.shape
        scale = 0.2 * np.sqrt(max(rows, columns)) if match_rms else np.sqrt(max(1, rows / columns))
        return theta - lr * weight_decay * theta - lr * scale * newton_schulz(n)

    return step
