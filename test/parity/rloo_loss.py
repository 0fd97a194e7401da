"""What RLOOTrainer of TRL makes of prescribed rewards (advantages) and of prescribed logits (loss, metrics, gradients)."""

import torch
from trl import RLOOTrainer

from fixture import rounded, write_fixture
from policy_stub import advantages_of, completion_logps, make_sequences, policy_stub, prescribed
from trainer_stub import metric

B, C, V = 4, 5, 7
METRICS = ("entropy", "clip_ratio/low_mean", "clip_ratio/high_mean", "clip_ratio/region_mean")


def loss_case(name, seed, epsilon=0.2, epsilon_high=None, drift=0.1):
    random = torch.Generator().manual_seed(seed)
    batch = make_sequences(random, B, C, V)
    logits = torch.randn(B, 2 + C, V, generator=random, dtype=torch.float64) * 1.5
    own = completion_logps(logits, batch["completion_ids"])
    old = own + torch.randn(B, C, generator=random, dtype=torch.float64) * drift
    batch["old_logps"] = (old * batch["completion_mask"]).sum(1)
    batch["advantages"] = torch.randn(B, generator=random, dtype=torch.float64)
    logits.requires_grad_()
    trainer = policy_stub(
        RLOOTrainer,
        {},
        epsilon_low=epsilon,
        epsilon_high=epsilon if epsilon_high is None else epsilon_high,
    )
    loss = RLOOTrainer._compute_loss(trainer, prescribed(logits), batch)
    loss.backward()
    return rounded(
        {
            "kind": "loss",
            "name": name,
            "epsilon": epsilon,
            **({} if epsilon_high is None else {"epsilonHigh": epsilon_high}),
            "tokens": torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1),
            "responseMask": batch["completion_mask"],
            "oldLogps": batch["old_logps"],
            "advantages": batch["advantages"],
            "logits": logits.detach(),
            "loss": loss.item(),
            "metrics": {key: metric(trainer, key) for key in METRICS},
            "gradient": logits.grad,
        }
    )


def advantage_case(name, seed, beta=0.05, clip=None, normalize=False, groups=3, size=4, spread=1.0):
    random = torch.Generator().manual_seed(seed)
    n = groups * size
    rewards = torch.randn(n, generator=random) * spread
    lengths = torch.randint(1, C + 1, (n,), generator=random)
    logps = -torch.rand(n, C, generator=random) * 3
    ref_logps = -torch.rand(n, C, generator=random) * 3
    settings = {
        "num_generations": size,
        "beta": beta,
        "reward_clip_range": None if clip is None else (-clip, clip),
        "normalize_advantages": normalize,
    }
    completions = [[1] * int(length) for length in lengths]
    width = int(lengths.max())
    advantages, trainer = advantages_of(
        RLOOTrainer, rewards, settings, completions, logps[:, :width], ref_logps[:, :width]
    )
    ratios = [(logps[i, :length] - ref_logps[i, :length]).tolist() for i, length in enumerate(lengths)]
    names = ["reward", "reward_std", "frac_reward_zero_std", *(["kl"] if beta > 0 else [])]
    return rounded(
        {
            "kind": "advantages",
            "name": name,
            "numGenerations": size,
            "beta": beta,
            **({} if clip is None else {"rewardClipRange": clip}),
            "normalizeAdvantages": normalize,
            "rewards": rewards,
            "ratios": ratios,
            "advantages": advantages,
            "metrics": {key: metric(trainer, key) for key in names},
        }
    )


def main():
    cases = [
        loss_case("small ratios", 1),
        loss_case("wide ratios", 2, drift=0.6),
        loss_case("clip higher, wide ratios", 3, epsilon_high=0.4, drift=0.6),
        loss_case("the policy's own samples", 4, drift=0.0),
        advantage_case("leave one out, KL 0.05", 5),
        advantage_case("without KL", 6, beta=0.0),
        advantage_case("pairs, KL 0.5", 7, beta=0.5, groups=5, size=2),
        advantage_case("rewards cut at 1", 8, clip=1.0, spread=3.0),
        advantage_case("normalized", 9, normalize=True),
    ]
    write_fixture(__file__, "rloo-loss.json", cases, ["torch", "trl"])


if __name__ == "__main__":
    main()
