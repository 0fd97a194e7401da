#!/usr/bin/env bash
# Everything of the xla engine on a GPU in one call: doctor, conformance, bench, pipeline, the GPU's load. Results are written as it goes.
#
#   gpu.sh <folder for results> [--seconds 540] [--plugin FILE] [--python python3] [--cpu]
#     [--steps doctor,conformance,smoke,gptStep,generate8,smollm2Step,generate1,generate32,gptStep-float32,properties]
#
# Runs from the unpacked archive of gpu-pack.mjs, which brings Node: on the machine, an NVIDIA driver, CUDA, and Python with JAX's plugin for
# CUDA; torch, transformers and jax where they are to be compared with. --cpu tries the same on a plugin for processors.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
node=$here/node/node
[ -x "$node" ] || node=$(command -v node) || { echo "gpu.sh: there is no Node; run it from the archive of gpu-pack.mjs" >&2; exit 2; }
exec "$node" "$here/experiments/bench/gpu.mjs" "$@"
