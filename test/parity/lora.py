"""What PEFT makes of a tiny Llama with an adapter: logits, a loss, gradients of A and B, and the directory that it writes."""

import base64
import json
import tempfile
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

from fixture import rounded, write_fixture

TOKENS = [[1, 4, 2, 9, 5, 3, 7], [10, 8, 6, 1, 2, 2, 0]]
CONFIG = {
    "vocab_size": 11,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 4,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": True,
    "pad_token_id": 0,
    "eos_token_id": 0,
    "bos_token_id": None,
}
CASES = [
    ("every linear layer", "CAUSAL_LM", {"r": 3, "lora_alpha": 5, "target_modules": "all-linear"}),
    ("two kinds of layers with rsLoRA", "CAUSAL_LM", {"r": 4, "lora_alpha": 6, "use_rslora": True, "target_modules": ["q_proj", "down_proj"]}),
    ("a reward model", "SEQ_CLS", {"r": 2, "target_modules": ["v_proj", "o_proj"]}),
]


def normal(tensor, scale, seed):
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        tensor.copy_(torch.randn(tensor.shape, generator=random) * scale)


def short(name):
    """PEFT's name of a parameter without its wrappers: as its files have it, without what all of them begin with."""
    return name.removeprefix("base_model.model.").replace(".default", "").replace(".modules_to_save", "").replace(".base_layer", "")


def case(name, task, options):
    config = LlamaConfig(**CONFIG)
    is_reward = task == "SEQ_CLS"
    if is_reward:
        config.num_labels = 1
    model = (LlamaForSequenceClassification if is_reward else LlamaForCausalLM)(config)
    for i, (key, tensor) in enumerate(model.named_parameters()):
        normal(tensor, 0.3, 100 + i)
        if tensor.ndim == 1:
            with torch.no_grad():
                tensor.add_(1)
    base = {key: tensor.clone() for key, tensor in model.named_parameters() if not key.startswith("score.")}
    adapted = get_peft_model(model, LoraConfig(task_type=task, **options)).eval()
    trained = {short(key): tensor for key, tensor in adapted.named_parameters() if tensor.requires_grad}
    for i, (key, tensor) in enumerate(trained.items()):
        normal(tensor, 0.4, 500 + i)
    tokens = torch.tensor(TOKENS)
    logits = adapted(tokens, attention_mask=torch.ones_like(tokens)).logits
    random = torch.Generator().manual_seed(7)
    weights = torch.randn(logits.shape, generator=random)
    (logits * weights).sum().backward()
    with tempfile.TemporaryDirectory() as folder:
        adapted.save_pretrained(folder)
        written = json.loads((Path(folder) / "adapter_config.json").read_text())
        tensors = (Path(folder) / "adapter_model.safetensors").read_bytes()
    # PEFT writes a set, in an order of its own each time.
    for key in ("target_modules", "modules_to_save"):
        if isinstance(written[key], list):
            written[key] = sorted(written[key])
    written["base_model_name_or_path"] = "../base"
    return {
        "name": name,
        "config": {"model_type": "llama", **CONFIG},
        "base": {key: {"shape": list(tensor.shape), "values": rounded(tensor.flatten())} for key, tensor in base.items()},
        "tokens": TOKENS,
        "weights": rounded(weights),
        "logits": rounded(logits),
        "gradients": {key: rounded(tensor.grad.flatten(), 7) for key, tensor in trained.items()},
        "adapterConfig": written,
        "adapterModel": base64.b64encode(tensors).decode(),
    }


def main():
    write_fixture(__file__, "lora.json", [case(*one) for one in CASES], ["torch", "transformers", "peft"])


if __name__ == "__main__":
    main()
