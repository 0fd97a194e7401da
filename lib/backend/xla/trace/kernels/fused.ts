/** Products and convolutions with a bias and an activation function in one kernel. */
import { broadcast_util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { activationKernels } from './activations';
import { convolve, convolveDepthwise } from './convolution';
import { elementwiseKernels } from './elementwise';
import { matmulKernels } from './matmul';

/** tfjs's names of activation functions. */
const activations: Readonly<Record<string, Emitter | undefined>> = {
  linear: elementwiseKernels['Identity'],
  relu: elementwiseKernels['Relu'],
  sigmoid: elementwiseKernels['Sigmoid'],
  elu: activationKernels['Elu'],
  relu6: activationKernels['Relu6'],
  prelu: activationKernels['Prelu'],
  leakyrelu: activationKernels['LeakyRelu'],
};

/** One number a channel, where the channels are not the last axis. */
function alongChannels(program: Program, value: Value, channelsFirst: boolean): Value {
  return channelsFirst && value.shape.length === 1
    ? program.reshape(value, [value.shape[0] as number, 1, 1])
    : value;
}

/** f(product + bias). */
const fused =
  (product: Emitter): Emitter =>
  (program, inputs, attributes) => {
    const channelsFirst = attributes['dataFormat'] === 'NCHW';
    const activation = (attributes['activation'] as string | null | undefined) ?? 'linear';
    const activate = activations[activation];
    if (activate === undefined) throw new Error(`xla: there is no activation '${activation}'`);
    let result = product(program, inputs, attributes) as Value;
    if (inputs['bias'] !== undefined) {
      const bias = alongChannels(program, inputs['bias'], channelsFirst);
      const shape = broadcast_util.assertAndGetBroadcastShape([...result.shape], [...bias.shape]);
      result = program.elementwise('add', program.broadcast(result, shape), program.broadcast(bias, shape));
    }
    if (activation !== 'prelu')
      return activate(program, { x: result }, { alpha: attributes['leakyreluAlpha'] });
    const alpha = alongChannels(program, input(inputs, 'preluActivationWeights'), channelsFirst);
    return activate(program, { x: result, alpha }, {});
  };

export const fusedKernels: Kernels = {
  _FusedMatMul: fused(matmulKernels['BatchMatMul'] as Emitter),
  FusedConv2D: fused(convolve),
  FusedDepthwiseConv2D: fused(convolveDepthwise),
};
