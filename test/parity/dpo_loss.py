"""What DPOTrainer.compute_loss of TRL makes of prescribed logits: loss, metrics, gradients.

The logits pass through TRL's own fused language-model head, as the hidden states of a model whose head is the identity.
TRL's `sigmoid` has no label smoothing. Its `aot_unpaired` on a single pair is the smoothed sigmoid loss (nothing is left
to sort), so the smoothed cases run it pair by pair, and average.
"""

from types import MethodType, SimpleNamespace

import torch
from torch import nn
from trl import DPOTrainer
from trl.trainer.utils import add_fused_lm_head

from fixture import rounded, write_fixture
from trainer_stub import metric, trainer_stub

B, T, V, PROMPT = 4, 8, 11, 2
METRICS = [
    *(f"rewards/{key}" for key in ("chosen", "rejected", "accuracies", "margins")),
    *(f"logps/{key}" for key in ("chosen", "rejected")),
]
FUSED = ("log_probs", "entropy", "mean_logits", "is_top1")


class PrescribedLogits(nn.Module):
    """A language model that says the same whatever it reads."""

    def __init__(self, logits):
        super().__init__()
        self.config = SimpleNamespace(get_text_config=SimpleNamespace)
        self.head = nn.Linear(V, V, bias=False)
        self.head.weight = nn.Parameter(torch.eye(V, dtype=logits.dtype), requires_grad=False)
        self.base_model = lambda **_: SimpleNamespace(last_hidden_state=logits)

    def get_output_embeddings(self):
        return self.head

    def forward(self, **kwargs):
        raise NotImplementedError("only the fused head is asked")


def compute_loss(logits, batch, types, weights, beta, smoothing):
    """TRL's loss and metrics for chosen rows followed by rejected rows."""
    trainer = trainer_stub(
        aux_loss_enabled=False,
        ld_alpha=None,
        precompute_ref_logps=True,
        f_divergence_type="reverse_kl",
        loss_types=types,
        loss_weights=weights,
        beta=beta,
        label_smoothing=smoothing,
        use_weighting=False,
    )
    trainer._compute_loss = MethodType(DPOTrainer._compute_loss, trainer)
    model = PrescribedLogits(logits)
    add_fused_lm_head(model, outputs=FUSED)
    loss = DPOTrainer.compute_loss(trainer, model, dict(batch))
    return loss, {key: metric(trainer, key) for key in METRICS}


def make_batch(seed, spread):
    """Prompts of two tokens, responses of differing lengths, padded right."""
    random = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, T - PROMPT + 1, (2 * B,), generator=random)
    position = torch.arange(T)
    mask = (position < PROMPT + lengths[:, None]).long()
    logits = torch.randn(2 * B, T, V, generator=random) * spread
    reference = -torch.rand(2 * B, generator=random) * 3 * lengths
    return logits, {
        "input_ids": torch.randint(0, V, (2 * B, T), generator=random) * mask,
        "attention_mask": mask,
        "completion_mask": mask * (position >= PROMPT),
        "ref_chosen_logps": reference[:B],
        "ref_rejected_logps": reference[B:],
    }


def one_pair(batch, i):
    return {key: rows[[i, B + i]] if len(rows) == 2 * B else rows[[i]] for key, rows in batch.items()}


def case(name, types, seed, spread=1.0, weights=None, beta=0.1, smoothing=0.0):
    logits, batch = make_batch(seed, spread)
    logits.requires_grad_()
    weights = weights or [1.0] * len(types)
    if smoothing > 0:
        assert types == ["sigmoid"]
        alone = [
            compute_loss(logits[[i, B + i]], one_pair(batch, i), ["aot_unpaired"], weights, beta, smoothing)
            for i in range(B)
        ]
        loss = torch.stack([pair[0] for pair in alone]).mean()
        metrics = {key: sum(pair[1][key] for pair in alone) / B for key in METRICS}
    else:
        loss, metrics = compute_loss(logits, batch, types, weights, beta, smoothing)
    loss.backward()
    return rounded(
        {
            "name": name,
            "lossType": types[0],
            "sftWeight": weights[1] if "sft" in types else 0,
            "preferenceWeight": weights[0],
            "beta": beta,
            "labelSmoothing": smoothing,
            "tokens": batch["input_ids"],
            "responseMask": batch["completion_mask"],
            "refChosenLogps": batch["ref_chosen_logps"],
            "refRejectedLogps": batch["ref_rejected_logps"],
            "logits": logits.detach(),
            "loss": loss.item(),
            "metrics": metrics,
            "gradient": logits.grad,
        }
    )


def main():
    cases = [
        case("sigmoid", ["sigmoid"], seed=1),
        case("sigmoid, beta 0.5, wide logits", ["sigmoid"], seed=2, spread=5.0, beta=0.5),
        case("sigmoid with label smoothing 0.1", ["sigmoid"], seed=3, smoothing=0.1),
        case("sigmoid with label smoothing 0.1, wide logits", ["sigmoid"], seed=4, spread=5.0, smoothing=0.1),
        case("hinge", ["hinge"], seed=5),
        case("hinge, beta 1 (some pairs without gradient)", ["hinge"], seed=6, spread=3.0, beta=1.0),
        case("ipo", ["ipo"], seed=7),
        case("ipo, beta 0.5", ["ipo"], seed=8, spread=3.0, beta=0.5),
        case("sigmoid and sft, weights 1 and 0.3", ["sigmoid", "sft"], seed=9, weights=[1.0, 0.3]),
        case("sigmoid and sft, weights 0.7 and 2", ["sigmoid", "sft"], seed=10, weights=[0.7, 2.0], spread=3.0),
    ]
    write_fixture(__file__, "dpo-loss.json", cases, ["torch", "trl"])


if __name__ == "__main__":
    main()
