"""Writes tiny.gguf and tiny.json: a Llama with tensors of every type that the kit reads, and what Python reads of them.

    pip install gguf==0.19.0 torch==2.13.0 transformers==5.23.0
    python test/model/gguf/make_tiny.py

Blocks of quantised types are random bytes with moderate scales, so that every pattern of bits occurs. tiny.json holds SHA-256 sums of float32
numbers: by GGUF name those that gguf.quants.dequantize gives, by Hugging Face's name those that transformers loads; and the sum of the bytes of output.weight in Q8_0.
"""

import hashlib
import json
import os
import sys

import gguf
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "tiny.gguf")
rng = np.random.default_rng(1)
Types = gguf.GGMLQuantizationType

D, F, HEADS, KV, HD, CONTEXT = 256, 64, 4, 2, 16, 128


def byte_letters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable}
    return [(letters | {byte: chr(256 + i) for i, byte in enumerate(others)})[byte] for byte in range(256)]


specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
merges = ["Ġ t", "h e", "Ġt he", "e r", "i n", "o n", "Ġ a", "o r", "Ġ w", "Ġw or"]
tokens = specials + byte_letters() + [merge.replace(" ", "") for merge in merges] + ["<|note|>", "[PAD270]", "[PAD271]"]
kinds = [3] * len(specials) + [1] * (256 + len(merges)) + [4, 5, 5]
V = len(tokens)

# Where the half floats of a block are: scales, and minima.
halves = {
    Types.Q4_0: [0],
    Types.Q4_1: [0, 2],
    Types.Q5_0: [0],
    Types.Q5_1: [0, 2],
    Types.Q8_0: [0],
    Types.Q4_K: [0, 2],
    Types.Q5_K: [0, 2],
    Types.Q6_K: [208],
}


def tensor(shape, kind):
    if kind == Types.F32:
        return rng.normal(0, 0.1, shape).astype(np.float32)
    if kind == Types.F16:
        return rng.normal(0, 0.1, shape).astype(np.float16)
    if kind == Types.BF16:
        return gguf.quantize(rng.normal(0, 0.1, shape).astype(np.float32), kind)
    weights, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (int(np.prod(shape)) // weights, size), dtype=np.uint8)
    for at in halves[kind]:
        scale = rng.normal(0, 0.01, len(blocks)).astype(np.float16)
        scale[0] = 6e-8  # the smallest half float
        blocks[:, at : at + 2] = scale.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(*shape[:-1], shape[-1] // weights * size)


layers = [
    dict(attn_q=Types.Q4_K, attn_k=Types.Q6_K, attn_v=Types.BF16, attn_output=Types.Q4_0, ffn_gate=Types.Q5_K, ffn_up=Types.Q4_1, ffn_down=Types.Q5_0),
    dict(attn_q=Types.Q5_1, attn_k=Types.Q4_1, attn_v=Types.F16, attn_output=Types.Q8_0, ffn_gate=Types.Q6_K, ffn_up=Types.Q4_K, ffn_down=Types.Q5_1),
]
shapes = dict(attn_q=(HEADS * HD, D), attn_k=(KV * HD, D), attn_v=(KV * HD, D), attn_output=(D, HEADS * HD), ffn_gate=(F, D), ffn_up=(F, D), ffn_down=(D, F))

writer = gguf.GGUFWriter(path, "llama")
writer.add_name("tiny")
writer.add_license("cc0-1.0")
writer.add_block_count(len(layers))
writer.add_context_length(CONTEXT)
writer.add_embedding_length(D)
writer.add_feed_forward_length(F)
writer.add_head_count(HEADS)
writer.add_head_count_kv(KV)
writer.add_key_length(HD)
writer.add_value_length(HD)
writer.add_rope_dimension_count(HD)
writer.add_rope_freq_base(50000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(V)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("smollm")
writer.add_token_list(tokens)
writer.add_token_types(kinds)
writer.add_token_merges(merges)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_unk_token_id(0)
writer.add_pad_token_id(0)
writer.add_add_bos_token(True)
writer.add_chat_template("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def add(name, shape, kind):
    data = tensor(shape, kind)
    raw = kind if kind in halves or kind == Types.BF16 else None
    writer.add_tensor(name, data, raw_dtype=raw)


add("token_embd.weight", (V, D), Types.Q8_0)
add("output_norm.weight", (D,), Types.F32)
add("output.weight", (V, D), Types.Q4_0)
for i, types in enumerate(layers):
    for norm in ("attn_norm", "ffn_norm"):
        add(f"blk.{i}.{norm}.weight", (D,), Types.F32)
    for name, kind in types.items():
        add(f"blk.{i}.{name}.weight", shapes[name], kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()


def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values, dtype=np.float32).tobytes()).hexdigest()


import torch  # noqa: E402
import transformers  # noqa: E402

reader = gguf.GGUFReader(path)
raw = {t.name: {"type": t.tensor_type.name, "sha256": digest(gguf.quants.dequantize(t.data, t.tensor_type))} for t in reader.tensors}
model = transformers.AutoModelForCausalLM.from_pretrained(here, gguf_file="tiny.gguf", dtype=torch.float32)
loaded = {name: digest(values.numpy()) for name, values in model.state_dict().items()}
output = next(t for t in reader.tensors if t.name == "output.weight")
requantized = gguf.quantize(gguf.quants.dequantize(output.data, output.tensor_type), Types.Q8_0)
sums = {
    "script": "test/model/gguf/make_tiny.py",
    "versions": {"gguf": "0.19.0", "transformers": transformers.__version__, "torch": torch.__version__, "python": sys.version.split()[0]},
    "dequantized": raw,
    "loaded": loaded,
    "outputAsQ8_0": hashlib.sha256(requantized.tobytes()).hexdigest(),
}
with open(os.path.join(here, "tiny.json"), "w") as out:
    out.write(json.dumps(sums, indent=2) + "\n")
print(os.path.getsize(path), "bytes;", len(raw), "tensors")
