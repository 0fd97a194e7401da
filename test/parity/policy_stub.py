"""What GRPOTrainer and RLOOTrainer of TRL ask of their surroundings: a policy of prescribed logits, rollouts that are given."""

from collections import defaultdict
from types import MethodType, SimpleNamespace

import torch
from torch import nn
from trl.trainer.utils import add_fused_lm_head

from trainer_stub import OneProcess

PROMPT = 2
FUSED = ("log_probs", "entropy")


class OnePolicyProcess(OneProcess):
    """An accelerator of one process, as the policy trainers ask it."""

    num_processes = 1
    process_index = 0
    is_main_process = True
    sync_gradients = True

    def reduce(self, tensor, reduction="sum"):
        return tensor

    def autocast(self):
        return torch.enable_grad()


class PrescribedLogits(nn.Module):
    """A language model that says the same whatever it reads."""

    def __init__(self, logits):
        super().__init__()
        V = logits.shape[-1]
        self.config = SimpleNamespace(get_text_config=SimpleNamespace)
        self.head = nn.Linear(V, V, bias=False)
        self.head.weight = nn.Parameter(torch.eye(V, dtype=logits.dtype), requires_grad=False)
        self.base_model = lambda **_: SimpleNamespace(last_hidden_state=logits)

    def get_output_embeddings(self):
        return self.head

    def forward(self, **kwargs):
        raise NotImplementedError("only the fused head is asked")


def prescribed(logits):
    model = PrescribedLogits(logits)
    add_fused_lm_head(model, outputs=FUSED)
    return model


def policy_stub(trainer_class, args, **settings):
    """A stand-in for `self`; TRL's own methods do the work."""
    stub = SimpleNamespace(
        model=SimpleNamespace(training=True),
        accelerator=OnePolicyProcess(),
        args=SimpleNamespace(**args),
        aux_loss_enabled=False,
        _metrics={"train": defaultdict(list)},
        _logs=defaultdict(list, rewards=defaultdict(list), extra=defaultdict(list)),
        **settings,
    )
    stub._get_per_token_logps_and_entropies = MethodType(
        trainer_class._get_per_token_logps_and_entropies, stub
    )
    return stub


def make_sequences(random, B, C, V):
    """Prompts of two tokens, completions of differing lengths, padded right."""
    lengths = torch.randint(1, C + 1, (B,), generator=random)
    mask = (torch.arange(C) < lengths[:, None]).long()
    return {
        "prompt_ids": torch.randint(0, V, (B, PROMPT), generator=random),
        "prompt_mask": torch.ones(B, PROMPT, dtype=torch.long),
        "completion_ids": torch.randint(0, V, (B, C), generator=random) * mask,
        "completion_mask": mask,
    }


def completion_logps(logits, completion_ids):
    """log softmax of the tokens of the completions; what predicts a token stands one column before it."""
    C = completion_ids.shape[1]
    table = torch.log_softmax(logits[:, PROMPT - 1 : PROMPT - 1 + C], dim=-1)
    return table.gather(-1, completion_ids.unsqueeze(-1)).squeeze(-1)


def advantages_of(trainer_class, rewards, settings, completions=None, logps=None, ref_logps=None):
    """TRL's advantages of prescribed rewards: its own method runs, with generation, scoring and log-probabilities given."""
    B = len(rewards)
    completions = completions or [[1, 2]] * B
    model = SimpleNamespace(training=True, is_gradient_checkpointing=False)
    stub = policy_stub(
        trainer_class,
        {
            "per_device_train_batch_size": B,
            "gradient_checkpointing_kwargs": None,
            "gradient_accumulation_steps": 1,
            "steps_per_generation": 1,
        },
        environment_factories=None,
        environments=None,
        tools=None,
        _tokenizer=SimpleNamespace(pad_token_id=0),
        pad_to_multiple_of=None,
        mask_truncated_completions=False,
        use_vllm=False,
        ref_model=SimpleNamespace(),
        num_iterations=1,
        reward_weights=torch.ones(1),
        reward_func_names=["given"],
        _pending_extra_logs={},
        _pending_metrics={},
        **settings,
    )
    stub.model = model
    prompts = [[3]] * B
    if trainer_class.__name__ == "GRPOTrainer":
        stub._generate = lambda _: (prompts, completions, None, ["text"] * B, None, {}, None, [])
    else:
        stub._generate = lambda _: (prompts, completions, ["text"] * B)
    stub._calculate_rewards = lambda *_: rewards.unsqueeze(1)
    stub._get_per_token_logps_and_entropies = lambda asked, *_, **__: (
        logps if asked is model else ref_logps,
        None,
        None,
    )
    output = trainer_class._generate_and_score_completions(stub, [{"prompt": "text"}] * B)
    return output["advantages"], stub
