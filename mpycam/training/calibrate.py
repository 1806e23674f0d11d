"""Probabilities that mean what they say, and the threshold for a stated rate of false alarms."""

import numpy as np
import torch
from torch import nn

BINS = 10


def temperature(labels, probability):
    """The temperature (1 to 5) whose softmax fits best: C. Guo et al., On Calibration of Modern Neural Networks.

    Below 1 a network without mistakes in an easy validation would only grow more certain.

    labels: (n,); probability: (n, classes) of a softmax. Classes count equally.
    """
    logs = np.log(np.clip(probability, 1e-7, 1))
    weights = 1 / np.bincount(labels, minlength=probability.shape[1])[labels]

    def loss(value):
        scaled = logs / value
        scaled = scaled - scaled.max(1, keepdims=True)
        right = scaled[np.arange(len(labels)), labels] - np.log(np.exp(scaled).sum(1))
        return -np.sum(weights * right)

    return float(min(np.geomspace(1, 5, 81), key=loss))


def apply_temperature(network, value):
    """Divide what Softmax sees, in the weights of the last linear layer."""
    last = [part for part in network if isinstance(part, nn.Linear)][-1]
    with torch.no_grad():
        last.weight.div_(value)
        last.bias.div_(value)


def threshold(is_positive, probability, false_alarm_rate):
    """The lowest threshold whose rate of false alarms is within the limit; at least 0.5 where that suffices.

    is_positive, probability: (n,). Returns (threshold, rate of false alarms, rate of detection).
    """
    negatives = np.sort(probability[~is_positive])
    allowed = int(np.floor(false_alarm_rate * len(negatives)))
    limit = negatives[len(negatives) - 1 - allowed]
    value = 0.5
    if limit >= 0.5:
        above = probability[is_positive & (probability > limit)]
        value = float((limit + above.min()) / 2) if len(above) else float(min(1.0, limit + 1e-6))
    return value, float(np.mean(probability[~is_positive] > value)), float(np.mean(probability[is_positive] > value))


def reliability(labels, probability):
    """For each bin of the winner's probability: (mean probability, part that is right, count), empty ones left out."""
    answers, confidence = probability.argmax(1), probability.max(1)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[bins == i].mean()), float(np.mean(answers[bins == i] == labels[bins == i])), int(np.sum(bins == i)))
        for i in range(BINS)
        if np.any(bins == i)
    ]


def expected_calibration_error(labels, probability):
    """The mean distance between what the probability says and how often it is right."""
    return float(sum(abs(said - right) * count for said, right, count in reliability(labels, probability)) / len(labels))
