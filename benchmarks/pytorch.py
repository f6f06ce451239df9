"""The loop that one would write by hand in PyTorch, for the networks that it has layers for."""

import time

import torch
from torch import nn

from regpipe.candidates.arm import Arm
from regpipe.rows.arrays import Rows

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "linear": nn.Identity}


class GaussianNoise(nn.Module):
    """Adds noise while training."""

    def __init__(self, stddev: float) -> None:
        """Keep the standard deviation."""
        super().__init__()
        self.stddev = stddev

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add it."""
        return x + self.stddev * torch.randn_like(x) if self.training else x


def seconds(arm: Arm, rows: Rows, epochs: int) -> float | None:
    """Return how long so many epochs take, with validation at each; None where layers are missing.

    Binary problems, Adam, and the penalties `l2` on kernels.
    """
    network = _network(arm, rows.x_train.shape[1])
    if network is None:
        return None
    penalties = _penalties(arm, network)
    x, y, x_val, y_val = map(torch.tensor, (rows.x_train, rows.y_train, rows.x_val, rows.y_val))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001, eps=1e-7)
    loss_of = nn.BCELoss()
    size, n = arm.training.batch_size, len(x)
    begun = time.perf_counter()
    for _ in range(epochs):
        network.train()
        order = torch.randperm(n) if n > size else None
        for start in range(0, n, size):
            batch = slice(start, start + size) if order is None else order[start : start + size]
            optimizer.zero_grad()
            loss = loss_of(network(x[batch]), y[batch])
            for strength, weight in penalties:
                loss = loss + strength * weight.square().sum()
            loss.backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            said = network(x_val)
            loss_of(said, y_val).item()
            ((said > 0.5) == y_val).float().mean().item()
    return time.perf_counter() - begun


def _network(arm: Arm, width: int) -> nn.Sequential | None:
    asked = arm.training
    extras = (asked.gradient_noise, asked.weight_noise, asked.label_noise, asked.ramp)
    if arm.task.name != "binary" or asked.watches or any(extras):
        return None
    made: list[nn.Module] = []
    for layer in arm.layers.values():
        arguments = layer.arguments
        if any(key.endswith("_constraint") or key.startswith("activity") for key in arguments):
            return None
        match layer.kind:
            case "Dense":
                made.append(nn.Linear(width, arguments["units"]))
                width = arguments["units"]
                made.append(ACTIVATIONS[arguments.get("activation", "linear")]())
            case "Activation":
                made.append(ACTIVATIONS[arguments["activation"]]())
            case "Dropout":
                made.append(nn.Dropout(arguments["rate"]))
            case "GaussianNoise":
                made.append(GaussianNoise(arguments["stddev"]))
            case "BatchNormalization":
                made.append(nn.BatchNorm1d(width))
            case _:
                return None
    return nn.Sequential(*made)


def _penalties(arm: Arm, network: nn.Sequential) -> list[tuple[float, torch.Tensor]]:
    dense = [layer for layer in arm.layers.values() if layer.kind == "Dense"]
    linear = [module for module in network if isinstance(module, nn.Linear)]
    strengths = [layer.arguments.get("kernel_regularizer", {}).get("l2") for layer in dense]
    return [(s, m.weight) for s, m in zip(strengths, linear, strict=True) if s]
