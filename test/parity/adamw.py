"""Twenty updates of torch.optim.AdamW under transformers' schedules, with clipped gradients and decay on matrices only.

Gradients are those of ½·‖(W·x + b)∘s − y‖² over a batch that changes every update, and are part of the fixture, so that
the two trajectories can only part in the optimizer.
"""

import torch
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

from fixture import rounded, write_fixture

STEPS = 20
SCHEDULES = {
    "cosine": lambda optimizer, warmup: get_cosine_schedule_with_warmup(optimizer, warmup, STEPS),
    "linear": lambda optimizer, warmup: get_linear_schedule_with_warmup(optimizer, warmup, STEPS),
    "constant": lambda optimizer, warmup: get_constant_schedule_with_warmup(optimizer, warmup),
}


def case(
    name,
    seed,
    schedule="cosine",
    learning_rate=0.02,
    warmup=4,
    weight_decay=0.1,
    max_norm=1.0,
    betas=(0.9, 0.95),
    epsilon=1e-8,
):
    random = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=random, dtype=torch.float64)
    initial = {"matrix": normal(3, 4), "bias": normal(3), "scale": 1 + 0.1 * normal(3)}
    params = {key: value.clone().requires_grad_() for key, value in initial.items()}
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in params.values() if p.dim() > 1], "weight_decay": weight_decay},
            {"params": [p for p in params.values() if p.dim() <= 1], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        betas=betas,
        eps=epsilon,
    )
    scheduler = SCHEDULES[schedule](optimizer, warmup)
    steps = []
    for step in range(STEPS):
        # Batches of very different size of gradient: some are clipped, some are not.
        x, y = normal(6, 4) * (0.1 + step % 4), normal(6, 3)
        output = (x @ params["matrix"].T + params["bias"]) * params["scale"]
        optimizer.zero_grad()
        (0.5 * ((output - y) ** 2).sum(1).mean()).backward()
        gradients = {key: value.grad.clone() for key, value in params.items()}
        # A norm of 0 means no clipping to the library.
        norm = torch.nn.utils.clip_grad_norm_(params.values(), max_norm or float("inf"))
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        scheduler.step()
        steps.append(
            {
                "gradients": gradients,
                "norm": norm.item(),
                "learningRate": rate,
                "params": {key: value.detach().clone() for key, value in params.items()},
            }
        )
    return rounded(
        {
            "name": name,
            "config": {
                "lrSchedulerType": schedule,
                "learningRate": learning_rate,
                "warmupSteps": warmup,
                "weightDecay": weight_decay,
                "maxGradNorm": max_norm,
                "adamBeta1": betas[0],
                "adamBeta2": betas[1],
                "adamEpsilon": epsilon,
            },
            "initial": initial,
            "steps": steps,
        }
    )


def main():
    cases = [
        case("cosine with warm-up, decay 0.1, clipped", seed=1),
        case("linear with warm-up", seed=2, schedule="linear"),
        case("constant with warm-up", seed=3, schedule="constant", warmup=7),
        case("cosine without warm-up", seed=4, warmup=0),
        case("no decay", seed=5, weight_decay=0.0),
        case("no clipping", seed=6, max_norm=0),
        case("everything clipped", seed=7, max_norm=0.05),
        case("other betas and a large epsilon", seed=8, betas=(0.8, 0.999), epsilon=1e-3),
    ]
    write_fixture(__file__, "adamw.json", cases, ["torch", "transformers"])


if __name__ == "__main__":
    main()
