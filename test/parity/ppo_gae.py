"""PPO in float64 on padded tensors, from the published formulas: rewards, GAE, whitening, clipped losses, gradients.

Written for this comparison, in the conventions of the public reproduction of "Learning to summarize from human feedback"
(whole-batch tensors with masks), because the TRL of these fixtures has no PPO trainer. It shares nothing with the library,
which walks over responses without padding where this works on padded columns.
"""

import torch

from fixture import rounded, write_fixture

B, R = 5, 8
CUT = 20.0


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum()


def whiten(values, mask, shift_mean):
    mean = masked_mean(values, mask)
    count = mask.sum()
    variance = masked_mean((values - mean) ** 2, mask) * count / (count - 1)
    whitened = (values - mean) * torch.rsqrt(variance + 1e-8)
    return torch.where(mask > 0, whitened if shift_mean else whitened + mean, torch.zeros_like(values))


def estimate_advantages(rewards, values, mask, gamma, lam):
    """GAE backwards over the columns; the value after a response's last token is 0."""
    advantages = torch.zeros_like(rewards)
    carried = torch.zeros(len(rewards), dtype=rewards.dtype)
    values = values * mask
    for t in reversed(range(rewards.shape[1])):
        following = values[:, t + 1] if t + 1 < rewards.shape[1] else torch.zeros_like(carried)
        delta = rewards[:, t] + gamma * following - values[:, t]
        carried = (delta + gamma * lam * carried) * mask[:, t]
        advantages[:, t] = carried
    return advantages


def k1(logprobs, ref_logprobs):
    return (logprobs - ref_logprobs).clamp(-CUT, CUT)


def k3(logprobs, ref_logprobs):
    ratio = (ref_logprobs - logprobs).clamp(-CUT, CUT)
    return ratio.exp() - 1 - ratio


def case(
    name,
    seed,
    gamma=1.0,
    lam=0.95,
    kl_coef=0.05,
    cliprange=0.2,
    cliprange_value=0.2,
    vf_coef=0.1,
    whiten_rewards=False,
    whiten_advantages=True,
    drift=0.15,
    far=False,
):
    random = torch.Generator().manual_seed(seed)
    normal = lambda scale: torch.randn(B, R, generator=random, dtype=torch.float64) * scale
    lengths = torch.randint(1, R + 1, (B,), generator=random)
    lengths[0], lengths[1] = R, 1
    mask = (torch.arange(R) < lengths[:, None]).double()
    old = -normal(1.5).abs() * mask
    reference = (old + normal(0.4)) * mask
    if far:
        reference[0, 0] = old[0, 0] - 60
        reference[0, 1] = old[0, 1] + 60
    new = ((old + normal(drift)) * mask).requires_grad_()
    old_values = normal(1) * mask
    new_values = ((old_values + normal(drift * 2)) * mask).requires_grad_()
    scores = torch.randn(B, generator=random, dtype=torch.float64) * 2

    kl = k1(old, reference) * mask
    rewards = -kl_coef * kl
    rewards[torch.arange(B), lengths - 1] += scores
    shaped = whiten(rewards, mask, shift_mean=False) if whiten_rewards else rewards
    raw = estimate_advantages(shaped, old_values, mask, gamma, lam)
    returns = raw + old_values
    advantages = whiten(raw, mask, shift_mean=True) if whiten_advantages else raw

    log_ratio = (new - old).clamp(-CUT, CUT)
    ratio = log_ratio.exp()
    unclipped = -advantages * ratio
    clipped = -advantages * ratio.clamp(1 - cliprange, 1 + cliprange)
    policy_loss = masked_mean(torch.max(unclipped, clipped), mask)
    near = torch.clamp(new_values, old_values - cliprange_value, old_values + cliprange_value)
    plain_square, near_square = (new_values - returns) ** 2, (near - returns) ** 2
    value_loss = 0.5 * masked_mean(torch.max(plain_square, near_square), mask)
    loss = policy_loss + vf_coef * value_loss
    loss.backward()

    padded = dict(
        logprobs=new, oldLogprobs=old, refLogprobs=reference, values=new_values, oldValues=old_values, mask=mask,
        k1=kl, k3=k3(old, reference) * mask, rewards=rewards, shapedRewards=shaped, rawAdvantages=raw,
        whitenedWithMean=whiten(raw, mask, shift_mean=False), advantages=advantages, returns=returns * mask,
        logprobsGradient=new.grad, valuesGradient=new_values.grad,
    )  # fmt: skip
    return rounded(
        {
            "name": name,
            "config": {
                "gamma": gamma,
                "lam": lam,
                "klCoef": kl_coef,
                "cliprange": cliprange,
                "cliprangeValue": cliprange_value,
                "vfCoef": vf_coef,
                "whitenRewards": whiten_rewards,
                "whitenAdvantages": whiten_advantages,
            },
            "lengths": lengths,
            "scores": scores,
            **{key: value.detach() for key, value in padded.items()},
            "loss": loss.item(),
            "policyLoss": policy_loss.item(),
            "valueLoss": value_loss.item(),
            "approxKl": masked_mean(0.5 * log_ratio**2, mask).item(),
            "clipFraction": masked_mean((clipped > unclipped).double(), mask).item(),
            "valueClipFraction": masked_mean((near_square > plain_square).double(), mask).item(),
        }
    )


def main():
    cases = [
        case("the usual settings", seed=1),
        case("discounting, lambda 0.5", seed=2, gamma=0.9, lam=0.5),
        case("lambda 1", seed=3, lam=1.0),
        case("lambda 0", seed=4, lam=0.0, gamma=0.99),
        case("whitened rewards", seed=5, whiten_rewards=True),
        case("nothing whitened", seed=6, whiten_advantages=False),
        case("steps far outside the clip range", seed=7, drift=1.5),
        case("no step at all", seed=8, drift=0.0),
        case("a reference far away", seed=9, far=True, kl_coef=0.2),
        case("narrow clip ranges", seed=10, cliprange=0.05, cliprange_value=0.01, vf_coef=1.0),
    ]
    write_fixture(__file__, "ppo-gae.json", cases, ["torch"])


if __name__ == "__main__":
    main()
