"""What transformers computes with tiny models of every family: logits, loss, the gradient of every parameter, greedy tokens.

Weights are drawn by a formula that the test computes too, so that the fixture need not hold them.
"""

import base64
import json
import math
import re
import tempfile
from pathlib import Path

import torch
import transformers

from fixture import rounded, write_fixture

B, T, V = 2, 12, 24
NEW_TOKENS = 6
PADDED = 3  # columns of padding before the second sequence


def drawn(name, seed, count):
    """Numbers in [-1, 1): a linear congruential generator, begun with FNV-1a of the name."""
    state = 2166136261
    for byte in f"{seed}:{name}".encode():
        state = ((state ^ byte) * 16777619) % 2**32
    numbers = []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers.append(state / 2**31 - 1)
    return numbers


def weight(name, seed, shape):
    """Vectors of weights around 1, biases around 0, matrices of standard deviation about 0.6/√columns."""
    numbers = torch.tensor(drawn(name, seed, math.prod(shape)), dtype=torch.float64)
    if len(shape) > 1:
        return (numbers / math.sqrt(shape[-1])).reshape(shape).float()
    return ((0 if name.endswith(".bias") else 1) + 0.2 * numbers).float()


def packed(tensors):
    """Float32 numbers in base64, one tensor behind the other."""
    joined = torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])
    return base64.b64encode(joined.numpy().astype("<f4").tobytes()).decode()


def batch(seed):
    """Token ids of two sequences; the second begins with padding."""
    tokens = torch.tensor([int((n + 1) / 2 * V) for n in drawn("tokens", seed, B * T)]).reshape(B, T)
    mask = torch.ones(B, T, dtype=torch.long)
    mask[1, :PADDED] = 0
    return tokens, mask


def parameters(model):
    """Name on disk → parameter, in alphabetical order; tied weights once."""
    return dict(sorted(model.named_parameters()))


def read(model, seed):
    """Numbers of a model whose weights are set."""
    tokens, mask = batch(seed)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    logits = model(tokens, attention_mask=mask, position_ids=positions).logits
    labels, counted = tokens[:, 1:], mask[:, 1:] * mask[:, :-1]
    logprobs = torch.log_softmax(logits[:, :-1], -1).gather(2, labels[..., None])[..., 0]
    loss = -(logprobs * counted).sum() / counted.sum()
    loss.backward()
    model.generation_config.eos_token_id = None
    with torch.no_grad():
        greedy = model.generate(
            tokens, attention_mask=mask, max_new_tokens=NEW_TOKENS, do_sample=False
        )[:, T:]
    real = torch.cat([logits[b][mask[b] == 1] for b in range(B)])
    return {"logits": packed([real]), "loss": loss.item(), "greedy": greedy}


SMALL = dict(
    vocab_size=V,
    hidden_size=8,
    intermediate_size=12,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=8,
    max_position_embeddings=32,
    bos_token_id=0,
    eos_token_id=None,
    pad_token_id=None,
)


def case(name, seed, config_class, model_class, **settings):
    config = config_class(**settings, attn_implementation="eager")
    model = model_class(config).eval()
    with torch.no_grad():
        for key, parameter in parameters(model).items():
            parameter.copy_(weight(key, seed, parameter.shape))
    numbers = read(model, seed)
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        saved = json.loads((Path(folder) / "config.json").read_text())
    saved["architectures"] = [model_class.__name__]
    return finished(name, seed, saved, numbers, parameters(model))


def finished(name, seed, config, numbers, tensors):
    return {
        "name": name,
        "seed": seed,
        "config": config,
        "shapes": {key: list(tensor.shape) for key, tensor in tensors.items()},
        **rounded(numbers),
        "gradients": packed([tensor.grad for tensor in tensors.values()]),
    }


def family(prefix, name, variants, **settings):
    """Two seeds of the family as it is, and one of each variant."""
    config_class = getattr(transformers, "Gemma3TextConfig" if prefix == "Gemma3" else f"{prefix}Config")
    model_class = getattr(transformers, f"{prefix}ForCausalLM")
    settings = {**SMALL, **settings}
    cases = [case(name, seed, config_class, model_class, **settings) for seed in (1, 2)]
    return cases + [
        case(f"{name}, {variant}", 3, config_class, model_class, **{**settings, **changes})
        for variant, changes in variants.items()
    ]


def rope(kind, **parameters):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": 1000.0, **parameters}}


LLAMA3 = dict(factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
YARN = dict(factor=4.0, original_max_position_embeddings=8, beta_fast=2.0, beta_slow=0.25)


def chatglm(seed, **changes):
    """ChatGLM's layout, computed by transformers' Glm on the same numbers: it has no class of its own without remote code."""
    groups = changes.get("multi_query_group_num", 1) if changes.get("multi_query_attention", True) else 2
    config = {
        "model_type": "chatglm",
        "architectures": ["ChatGLMModel"],
        "padded_vocab_size": V,
        "hidden_size": 8,
        "ffn_hidden_size": 12,
        "num_layers": 2,
        "num_attention_heads": 2,
        "kv_channels": 8,
        "multi_query_attention": True,
        "multi_query_group_num": groups,
        "seq_length": 32,
        "layernorm_epsilon": 1e-5,
        "add_qkv_bias": True,
        "add_bias_linear": False,
        "rmsnorm": True,
        "post_layer_norm": True,
        "original_rope": True,
        "apply_query_key_layer_scaling": True,
        "apply_residual_connection_post_layernorm": False,
        "pre_seq_len": None,
        "tie_word_embeddings": False,
        **changes,
    }
    glm = transformers.GlmForCausalLM(
        transformers.GlmConfig(
            **{**SMALL, "num_key_value_heads": groups, "rms_norm_eps": 1e-5, "tie_word_embeddings": False},
            rope_parameters={
                "rope_type": "default",
                "rope_theta": 10000.0 * config.get("rope_ratio", 1),
                "partial_rotary_factor": 0.5,
            },
            attention_bias=True,
            attn_implementation="eager",
        )
    ).eval()
    own = parameters(glm)
    if not config["add_qkv_bias"]:
        own = {key: p for key, p in own.items() if not re.search(r"_proj\.bias$", key)}
    # Each tensor of ChatGLM's is made of Glm's, so that gradients flow into it.
    names = {
        "model.embed_tokens": "transformer.embedding.word_embeddings",
        "model.norm": "transformer.encoder.final_layernorm",
        "lm_head": "transformer.output_layer",
        "self_attn.q_proj": "self_attention.query_key_value",
        "self_attn.k_proj": "self_attention.query_key_value",
        "self_attn.v_proj": "self_attention.query_key_value",
        "self_attn.o_proj": "self_attention.dense",
        "mlp.gate_up_proj": "mlp.dense_h_to_4h",
        "mlp.down_proj": "mlp.dense_4h_to_h",
        "model.layers": "transformer.encoder.layers",
    }
    made = {}
    for key in own:
        target = key
        for old, new in names.items():
            target = target.replace(old, new)
        made.setdefault(target, []).append(key)
    order = ["q_proj", "k_proj", "v_proj"]
    for keys in made.values():
        keys.sort(key=lambda key: next((i for i, part in enumerate(order) if part in key), 0))

    def joined(tensors):
        if len(tensors) == 1 or config["multi_query_attention"]:
            return torch.cat(tensors)
        # A head's query, key and value lie together.
        split = [tensor.reshape(2, tensor.shape[0] // 2, *tensor.shape[1:]) for tensor in tensors]
        return torch.cat(split, 1).reshape(-1, *tensors[0].shape[1:])

    def parted(tensor, keys):
        sizes = [own[key].shape[0] for key in keys]
        if len(keys) == 1 or config["multi_query_attention"]:
            return tensor.split(sizes)
        heads = tensor.reshape(2, -1, *tensor.shape[1:])
        return [part.reshape(-1, *tensor.shape[1:]) for part in heads.split([size // 2 for size in sizes], 1)]

    stored = {}
    with torch.no_grad():
        for parameter in glm.parameters():
            parameter.zero_()
        for target, keys in sorted(made.items()):
            stored[target] = weight(target, seed, joined([own[key] for key in keys]).shape)
            for key, part in zip(keys, parted(stored[target], keys)):
                own[key].copy_(part)
    numbers = read(glm, seed)
    for target, keys in made.items():
        stored[target].grad = joined([own[key].grad for key in keys])
    return finished("chatglm" + "".join(f", {key}" for key in changes), seed, config, numbers, stored)


GPT2 = dict(vocab_size=V, n_embd=8, n_layer=2, n_head=2, n_positions=32, n_inner=12, bos_token_id=0, eos_token_id=None)


def main():
    windows = ["sliding_attention", "full_attention", "sliding_attention"]
    cases = [
        *family(
            "Llama",
            "llama",
            {
                "llama3": rope("llama3", **LLAMA3),
                "linear": rope("linear", factor=3.0),
                "dynamic": rope("dynamic", factor=2.0),
                "yarn": rope("yarn", **YARN),
                "yarn, not truncated": rope("yarn", **YARN, truncate=False, mscale=1.0, mscale_all_dim=0.5),
                "biases, tied": dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=True),
            },
        ),
        *family("Mistral", "mistral", {"no window": dict(sliding_window=None)}, sliding_window=4),
        *family(
            "Qwen2",
            "qwen2",
            {"upper window": dict(use_sliding_window=True, sliding_window=4, max_window_layers=1)},
        ),
        *family(
            "Qwen3",
            "qwen3",
            {"windows, yarn": dict(use_sliding_window=True, sliding_window=3, num_hidden_layers=3,
                layer_types=windows, **rope("yarn", **YARN))},
            tie_word_embeddings=True,
        ),
        *family(
            "SmolLM3",
            "smollm3",
            {"listed": dict(no_rope_layers=[0, 1, 1], use_sliding_window=True, sliding_window=4)},
            num_hidden_layers=3,
            no_rope_layer_interval=2,
        ),
        *family(
            "Gemma3",
            "gemma3_text",
            {"scaled": dict(layer_types=windows, rope_parameters={
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e5},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1e3}})},
            num_hidden_layers=3,
            sliding_window=4,
            sliding_window_pattern=3,
            query_pre_attn_scalar=5,
        ),
        *family(
            "Phi3",
            "phi3",
            {"partial, window": dict(sliding_window=5, rope_parameters={
                "rope_type": "default", "rope_theta": 1e3, "partial_rotary_factor": 0.5})},
        ),
        *family("Olmo2", "olmo2", {}),
        *family("Glm", "glm", {"no biases": dict(attention_bias=False)}, eos_token_id=[V - 1]),
        *family("Glm4", "glm4", {}, eos_token_id=[V - 1]),
        *[
            case(name, seed, transformers.GPT2Config, transformers.GPT2LMHeadModel, **GPT2, **changes)
            for name, seed, changes in [("gpt2", 1, {}), ("gpt2", 2, {}), ("gpt2, untied", 3, {"tie_word_embeddings": False})]
        ],
        chatglm(1),
        chatglm(2, multi_query_group_num=2, add_qkv_bias=False),
        chatglm(3, multi_query_attention=False, rope_ratio=50),
    ]  # fmt: skip
    usual = [entry for entry in cases if entry["seed"] < 3]
    write_fixture(__file__, "families.json", usual, ["torch", "transformers"])
    variants = [entry for entry in cases if entry["seed"] == 3]
    write_fixture(__file__, "family-variants.json", variants, ["torch", "transformers"])


if __name__ == "__main__":
    main()
