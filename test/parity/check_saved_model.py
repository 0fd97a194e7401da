"""Loads models that save-models.mjs or saved-families.test.ts wrote with transformers, and compares logits, scores and token ids.

usage: check_saved_model.py <model directory>...
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

TOLERANCE = 1e-4


def load(directory, auto, is_reward):
    """A model and what its loading reports; of an adapter, its base with PEFT's model around it."""
    adapter = directory / "adapter_config.json"
    if not adapter.exists():
        # The library computes in 32 bits whatever the type of the file.
        return auto.from_pretrained(directory, dtype=torch.float32, output_loading_info=True)
    base = json.loads(adapter.read_text())["base_model_name_or_path"]
    model = auto.from_pretrained(base, dtype=torch.float32, **({"num_labels": 1} if is_reward else {}))
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*missing.*keys.*")
        adapted = PeftModel.from_pretrained(model, str(directory))
    with safe_open(directory / "adapter_model.safetensors", "pt") as file:
        written = set(file.keys())
    return adapted, {"tensors that differ": written ^ set(get_peft_model_state_dict(adapted))}


def check(directory):
    expected = json.loads((directory / "expected.json").read_text())
    config = AutoConfig.from_pretrained(directory)
    is_reward = "scores" in expected
    architecture = expected.get("architecture", "LlamaForSequenceClassification" if is_reward else "LlamaForCausalLM")
    assert config.architectures == [architecture], config.architectures
    auto = AutoModelForSequenceClassification if is_reward else AutoModelForCausalLM
    model, report = load(directory, auto, is_reward)
    # The library keeps an untied language-model head in a reward model; transformers leaves it aside.
    spare = {"lm_head.weight"} if is_reward else set()
    problems = {key: set(value) - spare for key, value in report.items() if set(value) - spare}
    mask = torch.tensor(expected["mask"])
    if "texts" in expected:
        tokenizer = AutoTokenizer.from_pretrained(directory)
        for text, row, length in zip(expected["texts"], expected["tokens"], mask.sum(1).int().tolist()):
            ids = [tokenizer.bos_token_id] + tokenizer.encode(text, add_special_tokens=False)
            assert ids == row[:length], f"{text!r}: {ids} is not {row[:length]}"
    with torch.no_grad():
        logits = model.eval()(torch.tensor(expected["tokens"]), attention_mask=mask).logits
    if is_reward:
        difference = (logits - torch.tensor(expected["scores"])).abs().max().item()
    else:
        difference = ((logits - torch.tensor(expected["logits"])).abs() * mask[..., None]).max().item()
    kind = "score" if is_reward else "logit"
    print(f"{directory.name}: {architecture}, stored as {config.dtype}, largest {kind} difference {difference:.2e}")
    if problems:
        print(f"  transformers reports {problems}")
    return difference < TOLERANCE and not problems


if __name__ == "__main__":
    results = [check(Path(argument)) for argument in sys.argv[1:]]
    sys.exit(0 if results and all(results) else 1)
