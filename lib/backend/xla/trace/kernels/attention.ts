/** cuDNN's attention, which XLA's compiler for CUDA knows as a call by name. Operands and results are bfloat16. */
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

/** What attention is computed of: q [B, H, T, hd], k and v [B, Hkv, S, hd], bias [B, 1, T, S]; bfloat16. */
export interface AttentionInputs {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly bias: Value;
  readonly scale: number;
}

/** Attention and its gradient, written into a program. */
export interface AttentionWriter {
  /** @returns the result [B, H, T, hd] and, for the gradient, log Σ exp of each row of scores [B, H, T]. */
  forward(program: Program, inputs: AttentionInputs): { readonly out: Value; readonly sums: Value };
  /** @param results of forward, and the gradient of its result. @returns those of q, k and v. */
  backward(
    program: Program,
    inputs: AttentionInputs,
    results: { readonly out: Value; readonly sums: Value; readonly dOut: Value },
  ): readonly [dq: Value, dk: Value, dv: Value];
}

/** Axes of a product as XLA's protocol buffers name them; its JSON has integers of 64 bits as text. */
function product(left: number, right: number): unknown {
  return {
    lhs_contracting_dimensions: [`${left}`],
    rhs_contracting_dimensions: [`${right}`],
    lhs_batch_dimensions: ['0', '1'],
    rhs_batch_dimensions: ['0', '1'],
  };
}

/** The products of each direction: scores and their mixture; dK, dQ, dV and the gradient of the weights. */
const products = {
  forward: { bmm1_dot_dimension_numbers: product(3, 3), bmm2_dot_dimension_numbers: product(3, 2) },
  backward: {
    bmm1_grad_gemm1_dot_dimension_numbers: product(2, 2),
    bmm1_grad_gemm2_dot_dimension_numbers: product(3, 2),
    bmm2_grad_gemm1_dot_dimension_numbers: product(2, 2),
    bmm2_grad_gemm2_dot_dimension_numbers: product(3, 3),
  },
};

/** The message GpuBackendConfig of XLA, with its CudnnfMHABackendConfig, as JAX fills it in. */
function config({ q, k, scale }: AttentionInputs, direction: keyof typeof products): unknown {
  const [B, H, T] = q.shape;
  const S = k.shape[2];
  return {
    operation_queue_id: '0',
    cudnn_fmha_backend_config: {
      algorithm: {
        algo_id: '0',
        math_type: 'TENSOR_OP_MATH',
        tuning_knobs: { 17: '1', 24: '0' },
        is_cudnn_frontend: true,
        workspace_size: '0',
      },
      fmha_scale: scale,
      // The weights, which never lie in memory.
      intermediate_tensor_shape: {
        element_type: 'BF16',
        dimensions: [`${B}`, `${H}`, `${T}`, `${S}`],
        tuple_shapes: [],
        layout: {
          dim_level_types: [],
          dim_unique: [],
          dim_ordered: [],
          minor_to_major: ['3', '2', '1', '0'],
          tiles: [],
          element_size_in_bits: '0',
          memory_space: '0',
          index_primitive_type: 'PRIMITIVE_TYPE_INVALID',
          pointer_primitive_type: 'PRIMITIVE_TYPE_INVALID',
          dynamic_shape_metadata_prefix_bytes: '0',
        },
        is_dynamic_dimension: [false, false, false, false],
      },
      is_flash_attention: true,
      mask_type: 'CAUSAL',
      ...products[direction],
      dropout_rate: 0,
      seed: 42,
      sliding_window_length: 0,
      max_seg_per_batch: 1,
      is_paged_attention: false,
    },
  };
}

/** The compiler finds out how much working memory the call needs. */
const workspace = { shape: [0], dtype: 'uint8' } as const;

export const cudnnAttention: AttentionWriter = {
  forward(program, inputs) {
    const { q, k, v, bias } = inputs;
    const [out, sums] = program.customCall(
      '__cudnn$fmhaScaleBiasSoftmax',
      config(inputs, 'forward'),
      [q, k, v, bias],
      [q, { shape: q.shape.slice(0, 3), dtype: 'float32' }, workspace],
    ) as [Value, Value, Value];
    return { out, sums };
  },
  backward(program, inputs, { out, sums, dOut }) {
    const { q, k, v, bias } = inputs;
    // The gradient of the bias is a result that cannot be left out.
    const [dq, dk, dv] = program.customCall(
      '__cudnn$fmhaScaleBiasSoftmaxBackward',
      config(inputs, 'backward'),
      [q, k, v, sums, dOut, bias, out],
      [q, k, v, bias, workspace],
    ) as [Value, Value, Value, Value, Value];
    return [dq, dk, dv];
  },
};

/** Tensors are float32: a kernel rounds what it is given. */
export function attentionEmitters({ forward, backward }: AttentionWriter): {
  readonly forward: Emitter;
  readonly backward: Emitter;
} {
  const narrow = (program: Program, inputs: Readonly<Record<string, Value>>, name: string): Value =>
    program.convert(input(inputs, name), 'bfloat16');
  const given = (
    program: Program,
    inputs: Readonly<Record<string, Value>>,
    scale: unknown,
  ): AttentionInputs => ({
    q: narrow(program, inputs, 'q'),
    k: narrow(program, inputs, 'k'),
    v: narrow(program, inputs, 'v'),
    bias: narrow(program, inputs, 'bias'),
    scale: scale as number,
  });
  return {
    forward: (program, inputs, { scale }) => {
      const { out, sums } = forward(program, given(program, inputs, scale));
      return [program.convert(out, 'float32'), sums];
    },
    backward: (program, inputs, { scale }) => {
      const gradients = backward(program, given(program, inputs, scale), {
        out: narrow(program, inputs, 'out'),
        sums: input(inputs, 'sums'),
        dOut: narrow(program, inputs, 'dOut'),
      });
      return gradients.map((gradient) => program.convert(gradient, 'float32'));
    },
  };
}

const emitters = attentionEmitters(cudnnAttention);

export const attentionKernels: Kernels = {
  FusedAttention: emitters.forward,
  FusedAttentionGrad: emitters.backward,
};
