"""What RewardTrainer.compute_loss of TRL makes of prescribed scores: loss, metrics, gradients."""

from types import SimpleNamespace

import torch
from trl import RewardTrainer

from fixture import rounded, write_fixture
from trainer_stub import metric, trainer_stub

B = 6
RANDOM = torch.Generator().manual_seed(11)


def normal(scale):
    return torch.randn(B, generator=RANDOM, dtype=torch.float64) * scale


def case(name, chosen, rejected, margins=None, center=None):
    scores = torch.cat([chosen, rejected]).requires_grad_()
    inputs = {"attention_mask": torch.ones(2 * len(chosen), 3, dtype=torch.long)}
    if margins is not None:
        inputs["margin"] = margins
    trainer = trainer_stub(args=SimpleNamespace(center_rewards_coefficient=center))
    model = lambda **_: SimpleNamespace(logits=scores.unsqueeze(-1))
    loss = RewardTrainer.compute_loss(trainer, model, inputs)
    loss.backward()
    chosen_gradient, rejected_gradient = scores.grad.chunk(2)
    return rounded(
        {
            "name": name,
            "chosen": chosen,
            "rejected": rejected,
            **({} if margins is None else {"margins": margins}),
            **({} if center is None else {"centerRewardsCoefficient": center}),
            "loss": loss.item(),
            **{
                key: metric(trainer, key)
                for key in ("accuracy", "margin", "mean_reward", "min_reward", "max_reward")
            },
            "chosenGradient": chosen_gradient,
            "rejectedGradient": rejected_gradient,
        }
    )


def main():
    equal = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
    far = torch.tensor([80.0, -80.0, 300.0, -300.0], dtype=torch.float64)
    cases = [
        case("ordinary scores", normal(1), normal(1)),
        case("wide scores", normal(8), normal(8)),
        case("equal scores", equal, equal.clone()),
        case("one pair", torch.tensor([0.3], dtype=torch.float64), torch.tensor([-0.2], dtype=torch.float64)),
        case("gaps far beyond the range of exp", far, -far),
        case("margins", normal(1), normal(1), margins=normal(1).abs()),
        case("negative and zero margins", normal(1), normal(1), margins=normal(1).clamp(max=0)),
        case("centring 0.01", normal(2), normal(2), center=0.01),
        case("centring 0.5", normal(2), normal(2), center=0.5),
        case("margins and centring", normal(2), normal(2), margins=normal(1).abs(), center=0.1),
    ]
    write_fixture(__file__, "reward-loss.json", cases, ["torch", "trl"])


if __name__ == "__main__":
    main()
