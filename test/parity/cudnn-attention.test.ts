import { expect, it } from 'vitest';
import { cudnnAttention } from '../../lib/backend/xla/trace/kernels/attention';
import { Program } from '../../lib/backend/xla/trace/program';
import { readCases } from './fixture';

interface Call {
  readonly target: string;
  readonly apiVersion: number;
  readonly operands: readonly string[];
  readonly operandTypes: string;
  readonly resultTypes: string;
  readonly operandLayouts: string;
  readonly resultLayouts: string;
  readonly config: unknown;
}
interface Case {
  readonly name: string;
  readonly sizes: Readonly<Record<'B' | 'H' | 'Hkv' | 'T' | 'hd' | 'scale', number>>;
  readonly forward: Call;
  readonly backward: Call;
}

const call =
  /= stablehlo\.custom_call @(\S+?)\((.*?)\) \{api_version = (\d+) : i32, backend_config = "(.*?)", operand_layouts = \[(.*?)\], result_layouts = \[(.*?)\]\} : \((.*?)\) -> \((.*?)\)\n/g;

/** Calls of attention and its gradient as they stand in a program, with operands by what they are. */
function written({ B, H, Hkv, T, hd, scale }: Case['sizes']): Call[] {
  const program = new Program(false);
  const parameter = (...shape: number[]) => program.parameter(shape, 'bfloat16');
  const [q, dOut] = [parameter(B, H, T, hd), parameter(B, H, T, hd)];
  const [k, v, bias] = [parameter(B, Hkv, T, hd), parameter(B, Hkv, T, hd), parameter(B, 1, T, T)];
  const inputs = { q, k, v, bias, scale };
  const { out, sums } = cudnnAttention.forward(program, inputs);
  const gradients = cudnnAttention.backward(program, inputs, { out, sums, dOut });
  const names = new Map(Object.entries({ q, k, v, bias, dOut, out, sums }).map(([name, value]) => [value.name, name])); // prettier-ignore
  return Array.from(program.text([out, ...gradients]).matchAll(call), (match) => {
    const [target, operands, version, config, operandLayouts, resultLayouts, operandTypes, resultTypes] =
      match.slice(1) as [string, string, string, string, string, string, string, string];
    return {
      target,
      apiVersion: Number(version),
      operands: operands.split(', ').map((name) => names.get(name) as string),
      operandTypes,
      resultTypes,
      operandLayouts,
      resultLayouts,
      config: JSON.parse(config.replaceAll('\\22', '"')) as unknown,
    };
  });
}

it.each(readCases<Case>('cudnn-attention.json'))(
  "cuDNN's attention is called as JAX calls it: $name",
  (given) => {
    expect(written(given.sizes)).toEqual([given.forward, given.backward]);
  },
);
