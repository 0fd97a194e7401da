"""The work of `rlhf-kit bench engine` in Python stacks: `peers.py <peer> <case as JSON> <cpu | cuda>`.

Each line of the input asks for a round; it is answered by one line of JSON, {"milliseconds": [...]} or {"failure": "..."}.
The models are transformers' Llama with the sizes of lib/bench/cases.ts; weights and tokens are random. A model with "bf16" keeps its
parameters in float32 and takes matrix products in bfloat16; where it only generates, transformers' weights are bfloat16 too. A float32 is a
float32 in products on GPUs too, not TF32: so it is in PyTorch unless it is asked otherwise, and JAX is asked here.
"""

import json
import sys
import time


def llama(model, where):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=model["vocabSize"],
            hidden_size=model["hiddenSize"],
            intermediate_size=model["intermediateSize"],
            num_hidden_layers=model["numHiddenLayers"],
            num_attention_heads=model["numAttentionHeads"],
            num_key_value_heads=model["numKeyValueHeads"],
            max_position_embeddings=2048,
            rms_norm_eps=1e-5,
            tie_word_embeddings=True,
            pad_token_id=0,
        )
    ).to(where)


def in_bfloat16(case):
    return case["model"].get("bf16", False)


def computing_in(case, where):
    import torch

    return torch.autocast(where, torch.bfloat16, enabled=in_bfloat16(case))


def torch_step(case, where, compiled):
    import torch

    model = llama(case["model"], where)
    vocabulary = case["model"]["vocabSize"]
    rows, columns = case["B"], case["T"]
    tokens = torch.randint(0, vocabulary, (rows, columns), device=where)
    labels = torch.randint(0, vocabulary, (rows * columns,), device=where)
    way = {"fused": True} if where == "cuda" else {"foreach": True}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0, **way)

    def loss_of(ids, targets):
        logits = model(input_ids=ids, use_cache=False).logits.view(-1, vocabulary)
        return torch.nn.functional.cross_entropy(logits, targets)

    forward = torch.compile(loss_of) if compiled else loss_of

    def run():
        optimizer.zero_grad()
        with computing_in(case, where):
            loss = forward(tokens, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        assert loss.item() == loss.item()
        if where == "cuda":
            torch.cuda.synchronize()

    return run


def transformers_generate(case, where):
    import torch

    model = llama(case["model"], where).eval()
    if in_bfloat16(case):
        model = model.to(torch.bfloat16)
    prompts = torch.randint(1, case["model"]["vocabSize"], (case["B"], case["P"]), device=where)
    mask = torch.ones_like(prompts)

    def run():
        with torch.inference_mode():
            length = case["R"]
            result = model.generate(
                prompts, attention_mask=mask, do_sample=True, top_k=0, min_new_tokens=length, max_new_tokens=length
            )
        assert result.shape[1] == case["P"] + length
        if where == "cuda":
            torch.cuda.synchronize()

    return run


def jax_step(case, where):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", where)
    if not in_bfloat16(case):
        jax.config.update("jax_default_matmul_precision", "highest")
    compute = jnp.bfloat16 if in_bfloat16(case) else jnp.float32
    m = case["model"]
    D, F, L, V = m["hiddenSize"], m["intermediateSize"], m["numHiddenLayers"], m["vocabSize"]
    H, K = m["numAttentionHeads"], m["numKeyValueHeads"]
    hd = D // H
    B, T = case["B"], case["T"]
    keys = iter(jax.random.split(jax.random.key(1), 8 * L + 4))
    normal = lambda *shape: jax.random.normal(next(keys), shape) / shape[-1] ** 0.5
    layer = lambda: {
        "q": normal(H * hd, D), "k": normal(K * hd, D), "v": normal(K * hd, D), "o": normal(D, H * hd),
        "gate": normal(F, D), "up": normal(F, D), "down": normal(D, F), "n1": jnp.ones(D), "n2": jnp.ones(D),
    }  # fmt: skip
    params = {"embed": normal(V, D), "layers": [layer() for _ in range(L)], "norm": jnp.ones(D)}
    tokens = jax.random.randint(next(keys), (B, T), 0, V)
    labels = jax.random.randint(next(keys), (B * T,), 0, V)
    angles = jnp.arange(T)[:, None] * 10000.0 ** (-2 * (jnp.arange(hd) % (hd // 2)) / hd)
    cos, sin = jnp.cos(angles), jnp.sin(angles)

    def norm(x, w):
        wide = x.astype(jnp.float32)
        return (wide * jax.lax.rsqrt(jnp.mean(wide * wide, -1, keepdims=True) + 1e-5) * w).astype(compute)

    def rotate(x):
        a, b = jnp.split(x, 2, -1)
        return (x * cos + jnp.concatenate([-b, a], -1) * sin).astype(compute)

    def loss_of(params):
        params = jax.tree.map(lambda p: p.astype(compute) if p.ndim > 1 else p, params)
        x = params["embed"][tokens]
        for p in params["layers"]:
            h = norm(x, p["n1"])
            split = lambda y, n: y.reshape(B, T, n, hd).transpose(0, 2, 1, 3)
            q, k, v = rotate(split(h @ p["q"].T, H)), rotate(split(h @ p["k"].T, K)), split(h @ p["v"].T, K)
            k, v = jnp.repeat(k, H // K, 1), jnp.repeat(v, H // K, 1)
            s = (q @ k.swapaxes(2, 3)).astype(jnp.float32) / hd**0.5
            s = jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((T, T), bool)), s, -1e9)).astype(compute)
            x = x + (s @ v).transpose(0, 2, 1, 3).reshape(B, T, H * hd) @ p["o"].T
            h = norm(x, p["n2"])
            x = x + (jax.nn.silu(h @ p["gate"].T) * (h @ p["up"].T)) @ p["down"].T
        logits = norm(x, params["norm"]).reshape(B * T, D) @ params["embed"].T
        logits = logits.astype(jnp.float32)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1))

    def step(params, m, v, count):
        loss, grads = jax.value_and_grad(loss_of)(params)
        size = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * jnp.minimum(1, 1 / (size + 1e-6)), grads)
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        rate = 1e-3 / (1 - 0.9**count)
        update = lambda p, a, b: p - rate * a / (jnp.sqrt(b / (1 - 0.999**count)) + 1e-8)
        return jax.tree.map(update, params, m, v), m, v, loss

    zeros = jax.tree.map(jnp.zeros_like, params)
    state = [params, zeros, jax.tree.map(jnp.zeros_like, params)]
    compiled = jax.jit(step, donate_argnums=(0, 1, 2))
    count = 0

    def run():
        nonlocal state, count
        count += 1
        *state, loss = compiled(*state, float(count))
        jax.block_until_ready(state)
        assert float(loss) == float(loss)

    return run


def main():
    peer, case, where = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
    make = {
        "torch": lambda: torch_step(case, where, False),
        "torchCompile": lambda: torch_step(case, where, True),
        "transformers": lambda: transformers_generate(case, where),
        "jax": lambda: jax_step(case, where),
    }
    # While the others do their first round.
    if peer != "jax":
        try:
            import transformers.models.llama.modeling_llama  # noqa: F401
        except ImportError:
            pass  # The round says so.
    run = None
    for _ in sys.stdin:
        try:
            run = run or make[peer]()
            times = []
            for _ in range(case["repetitions"]):
                start = time.perf_counter()
                run()
                times.append(1000 * (time.perf_counter() - start))
            answer = {"milliseconds": times}
        except Exception as error:  # Whatever a peer throws is the answer.
            answer = {"failure": f"{type(error).__name__}: {error}".split("\n")[0]}
        print(json.dumps(answer), flush=True)


main()
