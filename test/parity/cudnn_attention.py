"""What JAX writes for cuDNN's attention and its gradient: name of the call, operands, types, layouts and configuration.

Nothing runs: JAX lowers for CUDA without a device. It asks for the version of cuDNN and for the kind of device; both answers are given here.
"""

import json
import re

import jax
import jax.numpy as jnp
from jax._src.cudnn import fused_attention_stablehlo as cudnn

from fixture import write_fixture

cudnn.check_cudnn_version = lambda: 91100
cudnn.check_compute_capability = lambda capability: True
cudnn.is_cuda_compute_capability_equal = lambda capability: False

CALL = re.compile(
    r"(%\d+):\d+ = stablehlo\.custom_call @(\S+?)\((.*?)\) \{api_version = (\d+) : i32, backend_config = \"(.*?)\", "
    r"operand_layouts = \[(.*?)\], result_layouts = \[(.*?)\]\} : \((.*?)\) -> \((.*?)\)\n"
)
ARGUMENTS = ("q", "k", "v", "bias", "dOut")


def lowered(B, H, Hkv, T, hd, scale):
    bf16 = lambda *shape: jax.ShapeDtypeStruct(shape, jnp.bfloat16)
    queries, keys = bf16(B, H, T, hd), bf16(B, Hkv, T, hd)

    def attention(q, k, v, bias):
        return cudnn.dot_product_attention(
            q, k, v, bias, scale=scale, mask_type=cudnn.MaskType.CAUSAL, qkv_layout="BNTH"
        )

    def both(q, k, v, bias, dOut):
        out, back = jax.vjp(lambda q, k, v: attention(q, k, v, bias), q, k, v)
        return out, back(dOut)

    step = jax.jit(both).trace(queries, keys, keys, bf16(B, 1, T, T), queries)
    return step.lower(lowering_platforms=("cuda",)).as_text()


def calls(text):
    names = {f"%arg{i}": name for i, name in enumerate(ARGUMENTS)}
    found = []
    for match in CALL.finditer(text):
        result, target, operands, version, config, operand_layouts, result_layouts, types, results = match.groups()
        # What follows is the forward call's: the result, through a transposition that changes nothing, and the sums.
        if not found:
            transposed = re.search(rf"(%\d+) = stablehlo\.transpose {result}#0, dims = \[0, 1, 2, 3\]", text)
            names |= {transposed.group(1): "out", f"{result}#1": "sums"}
        found.append(
            {
                "target": target,
                "apiVersion": int(version),
                "operands": [names[operand] for operand in operands.split(", ")],
                "operandTypes": types,
                "resultTypes": results,
                "operandLayouts": operand_layouts,
                "resultLayouts": result_layouts,
                "config": json.loads(config.replace(r"\22", '"')),
            }
        )
    assert len(found) == 2, "one call forward, one backward"
    return found


def case(name, **sizes):
    forward, backward = calls(lowered(**sizes))
    return {"name": name, "sizes": sizes, "forward": forward, "backward": backward}


CASES = [
    case("the small model", B=16, H=4, Hkv=4, T=128, hd=32, scale=32**-0.5),
    case("SmolLM2's shape, three heads of queries to one of keys", B=2, H=9, Hkv=3, T=256, hd=64, scale=0.125),
    case("one sequence, one head of keys", B=1, H=8, Hkv=1, T=1024, hd=128, scale=1.0),
]
write_fixture(__file__, "cudnn-attention.json", CASES, ["jax", "jaxlib"])
