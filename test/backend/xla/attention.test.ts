import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../../lib/backend';
import { setFusedAttention, type AttentionSizes } from '../../../lib/backend/fused-attention';
import { hasAttention, plainAttention } from '../../../lib/backend/xla/attention';
import { device, openDevice } from '../../../lib/backend/xla/device';
import { trace } from '../../../lib/backend/xla/trace/trace';
import type { AttentionWriter } from '../../../lib/backend/xla/trace/kernels/attention';
import { attend } from '../../../lib/model/attention';
import { tinyConfig } from '../../model/tiny';
import { pluginPath } from './pjrt/plugin-path';

const sizes: AttentionSizes = { B: 2, H: 4, Hkv: 2, T: 64, S: 64, hd: 32 };

/** Asks as the engine does when it traces a step. @returns the answer, and what was said. */
function asked(of: AttentionSizes, fused?: AttentionWriter): [boolean, string[]] {
  const said: string[] = [];
  return [hasAttention(of, fused, (sentence) => void said.push(sentence)), said];
}

describe.skipIf(pluginPath === undefined)("cuDNN's attention (needs the plugin of setup xla)", () => {
  beforeAll(() => void openDevice(pluginPath as string));

  it('is used once it has given what the plain form gives, which is computed once', () => {
    let calls = 0;
    const counted: AttentionWriter = {
      ...plainAttention,
      forward: (...given) => {
        calls++;
        return plainAttention.forward(...given);
      },
    };
    // Sizes that no other test has: what was found is kept.
    const own = { ...sizes, T: 32, S: 32 };
    expect(asked(own, counted)).toEqual([true, []]);
    expect(asked(own, counted)).toEqual([true, []]);
    expect(calls).toBe(1);
    expect(asked({ ...own, B: 1 }, counted)).toEqual([true, []]);
    expect(calls).toBe(2);
  });

  it.each<[string, number, AttentionWriter, RegExp]>([
    [
      'whose scores are scaled otherwise',
      34,
      {
        ...plainAttention,
        forward: (program, inputs) => plainAttention.forward(program, { ...inputs, scale: 2 * inputs.scale }),
      },
      /^xla: attention of .*"T":34.* is computed in its plain form, not by cuDNN: its result differs by 0\.\d+ of the largest number$/,
    ],
    [
      'that mixes up its gradients',
      36,
      {
        ...plainAttention,
        backward: (...given) => {
          const [dq, dk, dv] = plainAttention.backward(...given);
          return [dq, dv, dk];
        },
      },
      /the gradient of keys differs/,
    ],
    [
      'that lets queries see what is shut',
      38,
      {
        ...plainAttention,
        forward: (program, inputs) =>
          plainAttention.forward(program, {
            ...inputs,
            bias: program.fill(0, inputs.bias.shape, 'bfloat16'),
          }),
      },
      /its result differs/,
    ],
  ])('one %s is not used, and that is said once', (_, T, fused, sentence) => {
    const own = { ...sizes, T, S: T };
    const [used, said] = asked(own, fused);
    expect(used).toBe(false);
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(asked(own, fused)).toEqual([false, []]);
  });

  it('is used on CUDA; on a device that has none it is not, and that is said', () => {
    const [used, said] = asked(sizes);
    expect(used).toBe(device().isCuda);
    if (!used) expect(said).toEqual([expect.stringMatching(/plain form, not by cuDNN: .*(custom|fmha)/i)]);
  });

  it.each<[string, Partial<AttentionSizes>]>([
    ['heads of a width that no instruction takes', { hd: 12 }],
    ['wide heads', { hd: 136 }],
    ['an odd number of queries', { T: 15, S: 15 }],
    ['one query and many keys', { T: 1 }],
  ])('is not asked for %s', (_, other) => {
    const never: AttentionWriter = {
      forward: () => expect.fail('computed'),
      backward: () => expect.fail('computed'),
    };
    expect(asked({ ...sizes, ...other }, never)).toEqual([false, []]);
  });
});

describe("a step with cuDNN's attention", () => {
  beforeAll(() => useEngine('cpu'));
  afterEach(() => setFusedAttention());

  /** The program of attention with its gradients for an accelerator. */
  function text(bf16: boolean, isCausal: boolean): string {
    const { B, H, Hkv, T, S, hd } = sizes;
    const shape = { ...tinyConfig, B, T, numAttentionHeads: H, numKeyValueHeads: Hkv, headDim: hd, bf16 };
    const parameters = [[B, H, T, hd], [B * Hkv, S, hd], [B * Hkv, S, hd], [B, 1, T, S]].map((extents) => ({
      shape: extents,
      dtype: 'float32' as const,
    })); // prettier-ignore
    const { program, results } = trace(
      (q, k, v, bias) =>
        tf.grads((...[x, y, z]) =>
          attend(x as tf.Tensor4D, y as tf.Tensor3D, z as tf.Tensor3D, bias as tf.Tensor, isCausal, shape),
        )([q, k, v] as tf.Tensor[]),
      parameters,
      false,
    );
    return program.text(results);
  }

  it('calls it forward and backward where the engine has it, in bfloat16 alone', () => {
    const asked: AttentionSizes[] = [];
    setFusedAttention((of) => asked.push(of) > 0);
    const fused = text(true, true);
    expect(fused.match(/custom_call @\S+\(/g)).toEqual([
      'custom_call @__cudnn$fmhaScaleBiasSoftmax(',
      'custom_call @__cudnn$fmhaScaleBiasSoftmaxBackward(',
    ]);
    expect(fused).not.toContain('dot_general');
    expect(asked).toEqual([sizes]);
    for (const other of [text(false, true), text(true, false)]) expect(other).not.toContain('custom_call');
    setFusedAttention();
    expect(text(true, true)).not.toContain('custom_call');
  });

  it('has the value and the gradients of the blocks', () => {
    // The operation itself, of tfjs's own.
    const { B, H, Hkv, T, S, hd } = sizes;
    const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [B, Hkv, (H / Hkv) * T, hd]);
    const weigh = ({ q, k, bias }: Inputs, scale: number): tf.Tensor => {
      const scores = tf.mul(tf.matMul(rows(q), k, false, true), scale);
      const biased = tf.add(tf.reshape(scores, [B, H, T, S]), bias);
      return tf.reshape(tf.softmax(biased), [B, Hkv, (H / Hkv) * T, S]);
    };
    type Inputs = Record<'q' | 'k' | 'v' | 'bias' | 'dOut', tf.Tensor>;
    const register = (kernelName: string, of: (inputs: Inputs, scale: number) => tf.Tensor[]): void =>
      tf.registerKernel({
        kernelName,
        backendName: 'cpu',
        kernelFunc: ({ inputs, attrs }) => of(inputs as Inputs, attrs?.['scale'] as number),
      });
    register('FusedAttention', (inputs, scale) => {
      const mixed = tf.matMul(weigh(inputs, scale), inputs.v);
      return [tf.reshape(mixed, [B, H, T, hd]), tf.zeros([B, H, T])];
    });
    register('FusedAttentionGrad', (inputs, scale) => {
      const { q, k, v, dOut } = inputs;
      const weights = weigh(inputs, scale);
      const dP = tf.matMul(rows(dOut), v, false, true);
      const dS = tf.mul(tf.mul(weights, tf.sub(dP, tf.sum(tf.mul(dP, weights), 3, true))), scale);
      return [
        tf.reshape(tf.matMul(dS, k), q.shape),
        tf.matMul(dS, rows(q), true),
        tf.matMul(weights, rows(dOut), true),
      ];
    });
    const draw = (seed: number, ...shape: number[]): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed); // prettier-ignore
    const [q, k, v] = [draw(1, B, H, T, hd), draw(2, B * Hkv, S, hd), draw(3, B * Hkv, S, hd)];
    const bias = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([B, 1, T, S]), -1, 0)), -1e9);
    const upstream = draw(4, B * T, H * hd);
    const shape = { ...tinyConfig, B, T, numAttentionHeads: H, numKeyValueHeads: Hkv, headDim: hd, bf16: true }; // prettier-ignore
    const gradients = (): Float32Array[] =>
      tf
        .grads((...[x, y, z]) =>
          attend(x as tf.Tensor4D, y as tf.Tensor3D, z as tf.Tensor3D, bias, true, shape),
        )([q, k, v], upstream)
        .map((tensor) => tensor.dataSync() as Float32Array);
    const blocks = gradients();
    setFusedAttention(() => true);
    gradients().forEach((numbers, i) => {
      const wanted = blocks[i] as Float32Array;
      const size = Math.max(...wanted.map(Math.abs));
      const far = Math.max(...wanted.map((x, j) => Math.abs(x - (numbers[j] as number)))) / size;
      expect(far).toBeGreaterThan(0);
      expect(far).toBeLessThan(0.02);
    });
  });
});
