"""What GRPOTrainer of TRL makes of prescribed rewards (advantages) and of prescribed logits (loss, metrics, gradients)."""


import torch
from trl import GRPOTrainer

from fixture import rounded, write_fixture
from policy_stub import advantages_of, completion_logps, make_sequences, policy_stub, prescribed
from trainer_stub import metric

B, C, V = 4, 5, 7
METRICS = ("kl", "entropy", "clip_ratio/low_mean", "clip_ratio/high_mean", "clip_ratio/region_mean")
MAX_COMPLETION = 9


def loss_case(name, seed, loss_type, beta=0.0, epsilon=0.2, epsilon_high=None, correction=True, drift=0.3, parts=1):
    """`parts` > 1: the iteration has as many updates, of which this is one, and three times its tokens in the others."""
    random = torch.Generator().manual_seed(seed)
    batch = make_sequences(random, B, C, V)
    logits = torch.randn(B, 2 + C, V, generator=random, dtype=torch.float64) * 1.5
    own = completion_logps(logits, batch["completion_ids"])
    noise = lambda scale: torch.randn(B, C, generator=random, dtype=torch.float64) * scale
    batch["old_per_token_logps"] = own + noise(drift)
    batch["ref_per_token_logps"] = own + noise(0.5)
    batch["advantages"] = torch.randn(B, generator=random, dtype=torch.float64)
    tokens = batch["completion_mask"].sum()
    batch["num_items_in_batch"] = tokens if parts == 1 else tokens * 4
    logits.requires_grad_()
    trainer = policy_stub(
        GRPOTrainer,
        {"use_bias_correction_kl": correction, "delta": None, "steps_per_generation": parts},
        beta=beta,
        loss_type=loss_type,
        epsilon_low=epsilon,
        epsilon_high=epsilon if epsilon_high is None else epsilon_high,
        importance_sampling_level="token",
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        use_vllm=False,
        max_completion_length=MAX_COMPLETION,
        current_gradient_accumulation_steps=1,
        _entropy_bonus_enabled=False,
    )
    loss = GRPOTrainer._compute_loss(trainer, prescribed(logits), batch)
    loss.backward()
    return rounded(
        {
            "kind": "loss",
            "name": name,
            "lossType": loss_type,
            "beta": beta,
            "epsilon": epsilon,
            **({} if epsilon_high is None else {"epsilonHigh": epsilon_high}),
            "useBiasCorrectionKl": correction,
            "maxNewTokens": MAX_COMPLETION,
            "meanTokens": batch["num_items_in_batch"].item() / parts,
            "tokens": torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1),
            "responseMask": batch["completion_mask"],
            "oldLogprobs": batch["old_per_token_logps"],
            "refLogprobs": batch["ref_per_token_logps"],
            "advantages": batch["advantages"],
            "logits": logits.detach(),
            "loss": loss.item(),
            "metrics": {key: metric(trainer, key) for key in METRICS if beta > 0 or key != "kl"},
            "gradient": logits.grad,
        }
    )


def advantage_case(name, seed, scale_rewards, groups=3, size=4, spread=1.0, still=False):
    random = torch.Generator().manual_seed(seed)
    rewards = torch.randn(groups * size, generator=random) * spread
    if still:
        rewards[:size] = 0.5
    stub = dict(num_generations=size, scale_rewards=scale_rewards, multi_objective_aggregation="sum_then_normalize", beta=0.0)
    advantages, trainer = advantages_of(GRPOTrainer, rewards, stub)
    return rounded(
        {
            "kind": "advantages",
            "name": name,
            "numGenerations": size,
            "scaleRewards": scale_rewards,
            "rewards": rewards,
            "advantages": advantages,
            "metrics": {key: metric(trainer, key) for key in ("reward", "reward_std", "frac_reward_zero_std")},
        }
    )


def main():
    cases = [
        loss_case("grpo", 1, "grpo"),
        loss_case("bnpo", 2, "bnpo"),
        loss_case("dapo", 3, "dapo"),
        loss_case("dapo, one of four updates of unequal size", 4, "dapo", parts=4),
        loss_case("dr_grpo", 5, "dr_grpo"),
        loss_case("grpo, KL 0.1", 6, "grpo", beta=0.1),
        loss_case("dapo, KL 0.5 without bias correction", 7, "dapo", beta=0.5, correction=False),
        loss_case("bnpo, KL 0.5, wide ratios", 8, "bnpo", beta=0.5, drift=1.0),
        loss_case("dr_grpo, clip higher, wide ratios", 9, "dr_grpo", epsilon_high=0.28, drift=1.0),
        loss_case("grpo on the policy's own samples", 10, "grpo", drift=0.0),
        advantage_case("scaled by the group", 11, "group"),
        advantage_case("scaled by the batch", 12, "batch"),
        advantage_case("not scaled", 13, "none"),
        advantage_case("wide rewards, groups of two", 14, "group", groups=5, size=2, spread=20.0),
        advantage_case("a group that does not vary", 15, "group", still=True),
    ]
    write_fixture(__file__, "grpo-loss.json", cases, ["torch", "trl"])


if __name__ == "__main__":
    main()
