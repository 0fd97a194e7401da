/** A StableHLO program in the making: one line an operation, each with the name of its result. */
import { util } from '@tensorflow/tfjs';
import { lineOf, lineText, moduleText } from './module-text';
import { userPlace } from './place';
import { region, type Region } from './region';
import { alike, literal, rowByRow, sameShape, typeOf, type Value, type ValueType } from './value';

export class Program {
  /** From the program itself to the loop that is being written. */
  private readonly regions: [Region, ...Region[]] = [region()];
  private readonly parameters: Value[] = [];
  private names = 0;
  /** What each reshaped value was before. */
  private readonly reshaped = new Map<string, Value>();
  /** Whether XLA's compiler for processors is to read it: it does badly at some things that are written otherwise for it. */
  readonly forProcessor: boolean;

  constructor(forProcessor = true) {
    this.forProcessor = forProcessor;
  }

  /** One more argument of the program. */
  parameter(shape: readonly number[], dtype: ValueType): Value {
    const value = { name: `%arg${this.parameters.length}`, shape: [...shape], dtype };
    this.parameters.push(value);
    return value;
  }

  /** One number in every place. */
  fill(value: number, shape: readonly number[], dtype: ValueType): Value {
    const type = typeOf({ shape, dtype });
    return this.result(`stablehlo.constant dense<${literal(value, dtype)}> : ${type}`, shape, dtype);
  }

  /** Numbers that are known when the program is written. */
  constant(numbers: ArrayLike<number>, shape: readonly number[], dtype: ValueType): Value {
    if (alike(numbers)) return this.fill(numbers[0] ?? 0, shape, dtype);
    // As the bytes of 32-bit numbers: exact, and a tenth of the decimal digits.
    const words = dtype === 'float32' ? Float32Array.from(numbers) : Int32Array.from(numbers);
    const hex = Buffer.from(words.buffer).toString('hex').toUpperCase();
    const stored = dtype === 'bool' ? 'int32' : dtype;
    const type = typeOf({ shape, dtype: stored });
    return this.convert(this.result(`stablehlo.constant dense<"0x${hex}"> : ${type}`, shape, stored), dtype);
  }

  /** 0, 1, 2, … along an axis. */
  iota(shape: readonly number[], axis: number, dtype: 'float32' | 'int32'): Value {
    return this.result(`stablehlo.iota dim = ${axis} : ${typeOf({ shape, dtype })}`, shape, dtype);
  }

  /** An operation whose operands and result have one type, e.g. `add`, `tanh`. */
  elementwise(operation: string, ...operands: readonly [Value, ...Value[]]): Value {
    const [{ shape, dtype }] = operands;
    const names = operands.map(({ name }) => name).join(', ');
    return this.result(`stablehlo.${operation} ${names} : ${typeOf(operands[0])}`, shape, dtype);
  }

  /** A function that StableHLO leaves to its library of composed operations, e.g. `asin`, `erf`. */
  special(name: string, x: Value): Value {
    return this.result(`chlo.${name} ${x.name} : ${typeOf(x)} -> ${typeOf(x)}`, x.shape, x.dtype);
  }

  /** @param direction EQ, NE, LT, LE, GT or GE. NaN differs from everything. */
  compare(direction: string, a: Value, b: Value): Value {
    return this.apply(`stablehlo.compare ${direction}, ${a.name}, ${b.name}`, [a, b], a.shape, 'bool');
  }

  select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    const types = `${typeOf(condition)}, ${typeOf(whenTrue)}`;
    const names = [condition, whenTrue, whenFalse].map(({ name }) => name).join(', ');
    return this.result(`stablehlo.select ${names} : ${types}`, whenTrue.shape, whenTrue.dtype);
  }

  /** To booleans: whether it is not 0. To integers: towards 0. */
  convert(x: Value, dtype: ValueType): Value {
    if (x.dtype === dtype) return x;
    return this.apply(`stablehlo.convert ${x.name}`, [x], x.shape, dtype);
  }

  reshape(x: Value, shape: readonly number[]): Value {
    const source = this.reshaped.get(x.name) ?? x;
    if (sameShape(source.shape, shape)) return source;
    const result = this.apply(`stablehlo.reshape ${source.name}`, [source], shape);
    this.reshaped.set(result.name, source);
    return result;
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    if (permutation.every((axis, i) => axis === i)) return x;
    const shape = permutation.map((axis) => x.shape[axis] as number);
    return this.apply(`stablehlo.transpose ${x.name}, dims = [${permutation.join(', ')}]`, [x], shape);
  }

  /** As numpy broadcasts: axes are added in front, axes of extent 1 are repeated. */
  broadcast(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    const added = shape.length - x.shape.length;
    // Repeated axes must be taken out first; the others are named by their place in the result.
    const kept = x.shape
      .map((extent, axis) => ({ extent, axis: axis + added }))
      .filter(({ extent, axis }) => extent === shape[axis]);
    const core = this.reshape(
      x,
      kept.map(({ extent }) => extent),
    );
    const axes = kept.map(({ axis }) => axis).join(', ');
    return this.apply(`stablehlo.broadcast_in_dim ${core.name}, dims = [${axes}]`, [core], shape);
  }

  /** Whether a value is made before the loop that is being written, and so is the same in all of its rounds. */
  isFromBeforeLoop(x: Value): boolean {
    return this.depthOf(x) < this.regions.length - 1;
  }

  /**
   * What depends on one value alone, written once where that value is made: a loop does not compute it again in every round.
   *
   * @param what names it among the other things that are made of the value.
   */
  once(x: Value, what: string, write: (x: Value) => Value): Value {
    const key = `${x.name} ${what}`;
    const depth = this.depthOf(x);
    const { derived } = this.regions[depth] as Region;
    const found = derived.get(key);
    if (found !== undefined) return found;
    const loops = this.regions.splice(depth + 1);
    const value = write(x);
    this.regions.push(...loops);
    derived.set(key, value);
    return value;
  }

  /** Number of the region that a value is made in. Parameters are made in none and are there from the beginning. */
  private depthOf(x: Value): number {
    return Math.max(
      0,
      this.regions.findIndex(({ names }) => names.has(x.name)),
    );
  }

  slice(x: Value, begin: readonly number[], size: readonly number[]): Value {
    if (sameShape(x.shape, size)) return x;
    const ranges = begin.map((start, axis) => `${start}:${start + (size[axis] as number)}`).join(', ');
    return this.apply(`stablehlo.slice ${x.name} [${ranges}]`, [x], size);
  }

  /** Every strides[axis]-th place of an axis from begin to end; strides are above 0. */
  everyNth(
    x: Value,
    begin: readonly number[],
    end: readonly number[],
    strides: readonly number[],
    shape: readonly number[],
  ): Value {
    const ranges = begin.map((start, axis) => `${start}:${end[axis]}:${strides[axis]}`).join(', ');
    return this.apply(`stablehlo.slice ${x.name} [${ranges}]`, [x], shape);
  }

  reverse(x: Value, axes: readonly number[]): Value {
    return this.result(
      `stablehlo.reverse ${x.name}, dims = [${axes.join(', ')}] : ${typeOf(x)}`,
      x.shape,
      x.dtype,
    );
  }

  concatenate(values: readonly [Value, ...Value[]], axis: number): Value {
    const shape = [...values[0].shape];
    shape[axis] = values.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
    const names = values.map(({ name }) => name).join(', ');
    return this.apply(`stablehlo.concatenate ${names}, dim = ${axis}`, values, shape);
  }

  /** @param paddings places before and after, for each axis. */
  pad(x: Value, paddings: readonly (readonly [number, number])[], value: number): Value {
    const filler = this.fill(value, [], x.dtype);
    const shape = x.shape.map((extent, axis) => {
      const [before, after] = paddings[axis] as readonly [number, number];
      return before + extent + after;
    });
    const list = (side: 0 | 1): string => paddings.map((padding) => padding[side]).join(', ');
    const none = paddings.map(() => 0).join(', ');
    return this.apply(
      `stablehlo.pad ${x.name}, ${filler.name}, low = [${list(0)}], high = [${list(1)}], interior = [${none}]`,
      [x, filler],
      shape,
    );
  }

  /** Takes axes away. @param operation e.g. `add`; it must be associative, with `start` as its neutral element. */
  reduce(operation: string, x: Value, axes: readonly number[], start: number): Value {
    if (axes.length === 0) return x;
    const neutral = this.fill(start, [], x.dtype);
    const shape = x.shape.filter((_, axis) => !axes.includes(axis));
    return this.apply(
      `stablehlo.reduce(${x.name} init: ${neutral.name}) applies stablehlo.${operation} across dimensions = [${axes.join(', ')}]`,
      [x, neutral],
      shape,
    );
  }

  /**
   * Sums products over one axis of each; the first `batch` axes go together. The result has the batch axes, the other axes
   * of a, the other axes of b.
   */
  dot(a: Value, b: Value, batch: number, axisA: number, axisB: number): Value {
    const free = ({ shape }: Value, summed: number): number[] =>
      shape.filter((_, axis) => axis >= batch && axis !== summed);
    const shape = [...a.shape.slice(0, batch), ...free(a, axisA), ...free(b, axisB)];
    const axes = Array.from({ length: batch }, (_, axis) => axis).join(', ');
    const batching = batch === 0 ? '' : `batching_dims = [${axes}] x [${axes}], `;
    return this.apply(
      `stablehlo.dot_general ${a.name}, ${b.name}, ${batching}contracting_dims = [${axisA}] x [${axisB}], precision = [${this.precision(a)}, ${this.precision(b)}]`,
      [a, b],
      shape,
    );
  }

  /**
   * How precisely an operand of products is taken: a float32 as it is. By default GPUs take 11 of its 24 bits (TF32); whoever wants
   * speed asks for bfloat16. Processors have one way.
   */
  precision({ dtype }: Value): 'DEFAULT' | 'HIGHEST' {
    return dtype === 'float32' && !this.forProcessor ? 'HIGHEST' : 'DEFAULT';
  }

  /** x with the update in place of its numbers from the starts on. */
  dynamicUpdateSlice(x: Value, update: Value, starts: readonly Value[]): Value {
    const operands: [Value, ...Value[]] = [x, update, ...starts];
    const names = operands.map(({ name }) => name).join(', ');
    return this.apply(`stablehlo.dynamic_update_slice ${names}`, operands, x.shape);
  }

  /** x, which the compiler must not compute again where it is used. */
  barrier(x: Value): Value {
    return this.result(`stablehlo.optimization_barrier ${x.name} : ${typeOf(x)}`, x.shape, x.dtype);
  }

  /**
   * While the condition holds, the values become what the body makes of them; both may use values from outside.
   *
   * @param condition gives a boolean. @param body gives values of the same types.
   */
  loop(
    initial: readonly Value[],
    condition: (values: readonly Value[]) => Value,
    body: (values: readonly Value[]) => readonly Value[],
  ): Value[] {
    const carried = initial.map((value) => ({ ...value, name: `%${this.names++}` }));
    const types = initial.map(typeOf).join(', ');
    const part = (results: () => readonly Value[]): string => {
      const own = region(carried.map(({ name }) => name));
      this.regions.push(own);
      const returned = results();
      this.regions.pop();
      const { lines } = own;
      const names = returned.map(({ name }) => name).join(', ');
      return [...lines.map(lineText), `stablehlo.return ${names} : ${returned.map(typeOf).join(', ')}`].join(
        '\n',
      );
    };
    const test = part(() => [condition(carried)]);
    const round = part(() => body(carried));
    const name = `%${this.names++}`;
    const inputs = carried.map((value, i) => `${value.name} = ${(initial[i] as Value).name}`).join(', ');
    const count = initial.length === 1 ? '' : `:${initial.length}`;
    this.region.lines.push(
      `${name}${count} = stablehlo.while(${inputs}) : ${types}\ncond {\n${test}\n} do {\n${round}\n}`,
    );
    return this.made(initial.map((value, i) => ({ ...value, name: initial.length === 1 ? name : `${name}#${i}` }))); // prettier-ignore
  }

  /**
   * The whole module, with a function `main` that returns these values.
   *
   * @param donated the result that may take over a parameter's memory, by the parameter's number; both have one type.
   */
  text(results: readonly Value[], donated: ReadonlyMap<number, number> = new Map()): string {
    const { parameters, forProcessor: keepsValues } = this;
    return moduleText({ parameters, lines: this.regions[0].lines, results, donated, keepsValues });
  }

  /** Where in the user's program the operation of a line of {@link text} comes from. @param line from 1. */
  placeOf(text: string, line: number): string | undefined {
    const found = lineOf(text, line, this.regions[0].lines);
    return found && userPlace(found.place?.stack);
  }

  /** An operation that is written with the types of its operands and of its result; the latter has the first one's type of number. */
  apply(
    operation: string,
    operands: readonly [Value, ...Value[]],
    shape: readonly number[],
    dtype: ValueType = operands[0].dtype,
  ): Value {
    const types = `(${operands.map(typeOf).join(', ')}) -> ${typeOf({ shape, dtype })}`;
    return this.result(`${operation} : ${types}`, shape, dtype);
  }

  /** The same for an operation that has several results. */
  applyMany(
    operation: string,
    operands: readonly Value[],
    results: readonly Pick<Value, 'shape' | 'dtype'>[],
  ): Value[] {
    const name = `%${this.names++}`;
    const types = `(${operands.map(typeOf).join(', ')}) -> (${results.map(typeOf).join(', ')})`;
    this.region.lines.push(`${name}:${results.length} = ${operation} : ${types}`);
    return this.made(
      results.map(({ shape, dtype }, i) => ({ name: `${name}#${i}`, shape: [...shape], dtype })),
    );
  }

  /** A call of a function that the device's own library has; all arrays lie row by row. @param config as JSON. */
  customCall(
    target: string,
    config: unknown,
    operands: readonly Value[],
    results: readonly Pick<Value, 'shape' | 'dtype'>[],
  ): Value[] {
    const names = operands.map(({ name }) => name).join(', ');
    const text = JSON.stringify(config).replaceAll('"', '\\22');
    const layouts = (values: readonly Pick<Value, 'shape'>[]): string =>
      values.map(({ shape }) => rowByRow(shape.length)).join(', ');
    return this.applyMany(
      `stablehlo.custom_call @${target}(${names}) {api_version = 2 : i32, backend_config = "${text}", operand_layouts = [${layouts(operands)}], result_layouts = [${layouts(results)}]}`,
      operands,
      results,
    );
  }

  private result(operation: string, shape: readonly number[], dtype: ValueType): Value {
    const name = `%${this.names++}`;
    const size = util.sizeFromShape([...shape]);
    this.region.lines.push({ name, operation, size, isFloat: dtype === 'float32', place: new Error() });
    const value = { name, shape: [...shape], dtype };
    this.made([value]);
    return value;
  }

  /** The region that is being written. */
  private get region(): Region {
    return this.regions.at(-1) as Region;
  }

  private made<V extends readonly Value[]>(values: V): V {
    for (const { name } of values) this.region.names.add(name);
    return values;
  }
}
