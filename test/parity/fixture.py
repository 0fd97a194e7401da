"""Writes fixtures: JSON with the versions it was made by, the script that made it, and its cases."""

import importlib.metadata
import json
import os
from pathlib import Path

try:
    import torch
except ImportError:  # The scripts about tokenizers compute with no tensors.
    torch = None
else:
    torch.set_num_threads(1)

HERE = Path(__file__).resolve().parent
SHARED = Path(os.environ.get("RLHF_KIT_SHARED", HERE.parents[2] / "shared"))
MAX_BYTES = 400_000


def rounded(value, digits=9):
    """Tensors to nested lists, floats to `digits` significant digits."""
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.tolist()
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(entry, digits) for entry in value]
    return value


def write_fixture(script, name, cases, packages):
    """One case a line, so that a changed case is a changed line."""
    versions = {package: importlib.metadata.version(package) for package in packages}
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    head = f'{{\n"versions": {json.dumps(versions)},\n"script": {json.dumps(Path(script).name)},\n"cases": [\n'
    text = head + lines + "\n]\n}\n"
    json.loads(text)
    assert "NaN" not in text and "Infinity" not in text, "JSON has no such numbers"
    size = len(text.encode())
    assert size < MAX_BYTES, f"{name} is {size} bytes, more than {MAX_BYTES}"
    (HERE / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(cases)} cases, {size} bytes")
