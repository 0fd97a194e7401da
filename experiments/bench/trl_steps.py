"""Steps of TRL's RewardTrainer and DPOTrainer on pairs, for the kit's numbers to stand beside.

Prints one JSON line: seconds a step (the median, the first two left out), losses of the first steps, peak memory.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from datasets import Dataset
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    TrainerCallback,
)
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

parser = argparse.ArgumentParser()
parser.add_argument("work", choices=["reward", "dpo"])
parser.add_argument("--model", required=True)
parser.add_argument("--pairs", required=True, help="JSON lines with prompt, chosen and rejected as messages")
parser.add_argument("--steps", type=int, default=8)
parser.add_argument("--batch", type=int, default=4)
parser.add_argument("--length", type=int, default=256)
parser.add_argument("--padding-free", action="store_true")
args = parser.parse_args()

torch.set_num_threads(2)
tokenizer = AutoTokenizer.from_pretrained(args.model)
rows = [json.loads(line) for line in open(args.pairs)]
rows = rows[: args.batch * args.steps]
data = Dataset.from_list(rows)

common = dict(
    output_dir="runs/trl-steps",
    per_device_train_batch_size=args.batch,
    max_steps=args.steps,
    learning_rate=1e-5,
    lr_scheduler_type="constant",
    logging_steps=1,
    save_strategy="no",
    report_to=[],
    use_cpu=True,
    bf16=False,
    gradient_checkpointing=False,
    max_length=args.length,
    dataloader_pin_memory=False,
    data_seed=1,
    seed=1,
)


class Clock(TrainerCallback):
    def __init__(self):
        self.ends = []

    def on_step_end(self, *_, **__):
        self.ends.append(time.perf_counter())


clock = Clock()
if args.work == "reward":
    model = AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=1, dtype=torch.float32)
    model.config.pad_token_id = tokenizer.pad_token_id
    trainer = RewardTrainer(
        model=model, args=RewardConfig(**common), train_dataset=data, processing_class=tokenizer, callbacks=[clock]
    )
else:
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    trainer = DPOTrainer(
        model=model,
        args=DPOConfig(**common, padding_free=args.padding_free),
        train_dataset=data,
        processing_class=tokenizer,
        callbacks=[clock],
    )
started = time.perf_counter()
trainer.train()
ends = [started] + clock.ends
seconds = [b - a for a, b in zip(ends, ends[1:])]
losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
print(
    json.dumps(
        {
            "work": args.work,
            "paddingFree": args.padding_free,
            "secondsPerStep": statistics.median(seconds[2:]),
            "seconds": seconds,
            "losses": losses[:3],
            "peakGB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
        }
    )
)
