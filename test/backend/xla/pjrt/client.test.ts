import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buffersAlive, type DeviceBuffer } from '../../../../lib/backend/xla/pjrt/buffer';
import { Client, pluginAttributes } from '../../../../lib/backend/xla/pjrt/client';
import { PjrtError } from '../../../../lib/backend/xla/pjrt/error';
import type { Executable } from '../../../../lib/backend/xla/pjrt/executable';
import { loadPlugin, type Plugin } from '../../../../lib/backend/xla/pjrt/plugin';
import { pluginPath } from './plugin-path';

/** x + 1 into x's own memory, x·y, and twice z in bfloat16. */
const module = `
module {
  func.func public @main(%x: tensor<2x3xf32> {tf.aliasing_output = 0 : i32}, %y: tensor<3x2xf32>, %z: tensor<2xbf16>)
      -> (tensor<2x3xf32>, tensor<2x2xf32>, tensor<2xbf16>) {
    %one = stablehlo.constant dense<1.0> : tensor<2x3xf32>
    %0 = stablehlo.add %x, %one : tensor<2x3xf32>
    %1 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
    %2 = stablehlo.add %z, %z : tensor<2xbf16>
    return %0, %1, %2 : tensor<2x3xf32>, tensor<2x2xf32>, tensor<2xbf16>
  }
}`;

describe.skipIf(pluginPath === undefined)('a PJRT client (needs the plugin of setup xla)', () => {
  let plugin: Plugin;
  let client: Client;
  let program: Executable;
  beforeAll(() => {
    plugin = loadPlugin(pluginPath as string);
    client = new Client(plugin, { cpu_device_count: 1 });
    program = client.compile(module);
  });
  afterAll(() => {
    program.dispose();
    client.dispose();
  });

  const inputs = (): [DeviceBuffer, DeviceBuffer, DeviceBuffer] => [
    client.put(Float32Array.of(1, 2, 3, 4, 5, 6), 'float32', [2, 3]),
    client.put(Float32Array.of(1, 0, 0, 1, 1, 1), 'float32', [3, 2]),
    // 1.5 and −3: the upper halves of their 32-bit patterns.
    client.put(Uint16Array.of(0x3fc0, 0xc040), 'bfloat16', [2]),
  ];
  const disposeAll = (...buffers: DeviceBuffer[]): void => buffers.forEach((buffer) => buffer.dispose());

  it('tells its version, platform, devices and what it reads', () => {
    expect(plugin.version.major).toBe(0);
    expect(plugin.version.minor).toBeGreaterThanOrEqual(81);
    expect(client.platform.name).toBe('cpu');
    expect(client.devices).toHaveLength(1);
    expect(pluginAttributes(plugin)['stablehlo_current_version']).toHaveLength(3);
  });

  it('brings data there and back in every type', async () => {
    for (const [type, data] of [
      ['float32', Float32Array.of(1.5, -2)],
      ['int32', Int32Array.of(-7, 2 ** 31 - 1)],
      ['uint32', Uint32Array.of(1, 2 ** 32 - 1)],
      ['bool', Uint8Array.of(1, 0)],
      ['bfloat16', Uint16Array.of(0x3fc0, 0)],
    ] as const) {
      const buffer = client.put(data, type, [1, 2]);
      expect([buffer.type, buffer.shape]).toEqual([type, [1, 2]]);
      expect(buffer.readSync()).toEqual(data);
      expect(await buffer.read()).toEqual(data);
      buffer.dispose();
    }
    const scalar = client.put(Float32Array.of(4), 'float32', []);
    expect([scalar.shape, scalar.readSync()]).toEqual([[], Float32Array.of(4)]);
    const empty = client.put(new Float32Array(), 'float32', [0, 3]);
    expect([empty.shape, empty.readSync()]).toEqual([[0, 3], new Float32Array()]);
    disposeAll(scalar, empty);
  });

  it('computes, and takes a donated argument over: its handle is dead, the result lies in its memory', () => {
    const [x, y, z] = inputs();
    const address = x.deviceAddress;
    const [sum, product, twice] = program.runSync([x, y, z]) as [DeviceBuffer, DeviceBuffer, DeviceBuffer];
    expect(sum.readSync()).toEqual(Float32Array.of(2, 3, 4, 5, 6, 7));
    expect(product.readSync()).toEqual(Float32Array.of(4, 5, 10, 11));
    expect(twice.readSync()).toEqual(Uint16Array.of(0x4040, 0xc0c0));
    expect([x.donated, y.donated]).toEqual([true, false]);
    expect(sum.deviceAddress).toBe(address);
    expect(() => program.runSync([x, y, z])).toThrow(PjrtError);
    disposeAll(x, y, z, sum, product, twice);
  });

  it('leaves the event loop free while it compiles, and runs without blocking', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const compiled = await client.compileAsync(module);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
    const [x, y, z] = inputs();
    const { outputs, done } = compiled.start([x, y, z]);
    await done();
    expect(await outputs[1]?.read()).toEqual(Float32Array.of(4, 5, 10, 11));
    disposeAll(x, y, z, ...outputs);
    compiled.dispose();
  });

  it('writes a compiled program and reads it back', () => {
    const again = client.load(program.serialize());
    const [x, y, z] = inputs();
    const outputs = again.runSync([x, y, z]);
    expect(outputs[1]?.readSync()).toEqual(Float32Array.of(4, 5, 10, 11));
    disposeAll(x, y, z, ...outputs);
    again.dispose();
  });

  it('knows how much memory a program needs, and how much donation saves', () => {
    expect(program.memory()).toMatchObject({ arguments: 24 + 24 + 4, shared: 24 });
  });

  it('turns what the plugin says into typed errors, with line and column', () => {
    const wrong =
      'module { func.func @main(%a: tensor<2xf32>) -> tensor<3xf32> { return %a : tensor<2xf32> } }';
    expect(() => client.compile(wrong)).toThrow(PjrtError);
    expect(() => client.compile(wrong)).toThrow(/:1:64: error: type of return operand/);
    expect(() => client.compile(module, { xla_no_such_flag: true })).toThrow(PjrtError);
    expect(() => client.put(Float32Array.of(1, 2), 'float32', [3])).toThrow(
      'xla: float32[3] needs 12 bytes, got 8',
    );
  });

  it('leaks nothing in 10,000 steps', () => {
    const before = buffersAlive();
    const [first, y, z] = inputs();
    let x = first;
    const step = (): void => {
      const [sum, product, twice] = program.runSync([x, y, z]) as [DeviceBuffer, DeviceBuffer, DeviceBuffer];
      disposeAll(x, product, twice);
      x = sum;
    };
    for (let i = 0; i < 2000; i++) step();
    const memory = process.memoryUsage.rss();
    for (let i = 0; i < 8000; i++) step();
    // 8,000 steps that each lost one of their buffers and handles would take over 2 MB; V8's own heap moves by more at times.
    expect(process.memoryUsage.rss() - memory).toBeLessThan(32 * 2 ** 20);
    expect(x.readSync()[0]).toBe(10_001);
    disposeAll(x, y, z);
    expect(buffersAlive()).toBe(before);
  });
});
