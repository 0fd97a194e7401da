"""A stand-in for `self` in TRL's compute_loss: one process, training mode, and the settings of a case."""

from collections import defaultdict
from types import SimpleNamespace

import torch


class OneProcess:
    """What an accelerator does when there is only one process."""

    device = torch.device("cpu")

    def gather(self, tensor):
        return tensor

    def gather_for_metrics(self, tensor):
        return tensor


def trainer_stub(**settings):
    return SimpleNamespace(
        model=SimpleNamespace(training=True),
        accelerator=OneProcess(),
        _metrics={"train": defaultdict(list)},
        _total_train_tokens=0,
        _tp_size=1,
        **settings,
    )


def metric(stub, name):
    return stub._metrics["train"][name][-1]
