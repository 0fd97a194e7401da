/**
 * Whether a run says what the committed outputs say. A run at `smoke` sizes has other numbers than the committed one, so by itself a
 * cell must only show the same kinds of things: the same MIME types in the same order, charts with the same traces and axes. What must
 * hold at every size is said by the notebook's author, with tags on the cell:
 *
 * - `check`: the cell prints the same text;
 * - `check:0.05`: the same words, and numbers that differ by no more than that;
 * - `check-default:0.05`: the same, but only of a run with the notebook's own parameters;
 * - `no-check`: what the cell shows depends on what lies on the machine, e.g. on data that the kit does not bring.
 */
import { tagsOf, textOf, type Cell, type Notebook, type Output } from './notebook-file';

const numbers = /[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi;

/**
 * Differences between a run's outputs and the committed ones, each as one sentence.
 *
 * @param ownParameters whether the run had the notebook's own parameters.
 */
export function compareOutputs(
  committed: Notebook,
  outputs: Readonly<Record<number, readonly Output[]>>,
  ownParameters: boolean,
): string[] {
  return committed.cells.flatMap((cell, index) => {
    const got = outputs[index];
    if (got === undefined || tagsOf(cell).includes('no-check')) return [];
    const expected = cell.outputs ?? [];
    const kinds = compareKinds(kindsOf(expected), kindsOf(got));
    const difference = kinds ?? compareText(cell, expected, got, ownParameters);
    return difference === undefined ? [] : [`cell ${index + 1}: ${difference}`];
  });
}

function compareKinds(expected: readonly string[], got: readonly string[]): string | undefined {
  if (expected.join('\n') === got.join('\n')) return undefined;
  const list = (kinds: readonly string[]): string => (kinds.length === 0 ? 'nothing' : kinds.join(', then '));
  return `must show ${list(expected)}; got ${list(got)}`;
}

/** What is seen, without its numbers. What goes to stderr is progress: how much of it comes depends on time. */
function kindsOf(outputs: readonly Output[]): string[] {
  return outputs.flatMap((output) => {
    if (output.output_type === 'stream') return output.name === 'stderr' ? [] : ['printed text'];
    if (output.output_type === 'error') return [`the error ${output.ename}`];
    return [
      Object.entries(output.data)
        .map(([type, value]) => (type.startsWith('application/vnd.plotly') ? chartKind(value) : type))
        .sort()
        .join(' + '),
    ];
  });
}

interface Axis {
  readonly title?: string | { readonly text?: string };
}

function chartKind(chart: unknown): string {
  const { data = [], layout = {} } = chart as { data?: { type?: string }[]; layout?: Record<string, Axis> };
  const axes = Object.entries(layout)
    .filter(([name]) => /^[xy]axis\d*$/.test(name))
    .flatMap(([, { title }]) => (typeof title === 'string' ? title : title?.text) ?? []);
  return `a chart of ${data.map(({ type = 'scatter' }) => type).join(', ')} over '${axes.sort().join("', '")}'`;
}

function compareText(
  cell: Cell,
  expected: readonly Output[],
  got: readonly Output[],
  ownParameters: boolean,
): string | undefined {
  const tolerance = toleranceOf(cell, ownParameters);
  if (tolerance === undefined) return undefined;
  const [before, now] = [textShown(expected), textShown(got)];
  const words = (text: string): string => text.replace(numbers, '#').trim();
  if (words(before) !== words(now))
    return `must print the words of\n${before.trimEnd()}\ngot\n${now.trimEnd()}`;
  const values = (text: string): number[] =>
    (text.match(numbers) ?? []).map((number) => Number(number.replace('−', '-')));
  const after = values(now);
  for (const [i, value] of values(before).entries()) {
    const difference = Math.abs((after[i] as number) - value);
    if (difference > tolerance)
      return `number ${i + 1} must be ${value} ± ${tolerance}, got ${after[i]}, in\n${now.trimEnd()}`;
  }
  return undefined;
}

/** The largest difference that a cell's tags allow; undefined where its text is not compared. */
function toleranceOf(cell: Cell, ownParameters: boolean): number | undefined {
  const tolerances = tagsOf(cell).flatMap((tag) => {
    const match = /^check(-default)?(?::([\d.e-]+))?$/.exec(tag);
    return match === null || (match[1] !== undefined && !ownParameters) ? [] : [Number(match[2] ?? 0)];
  });
  return tolerances.length === 0 ? undefined : Math.min(...tolerances);
}

function textShown(outputs: readonly Output[]): string {
  return outputs
    .map((output) => {
      if (output.output_type === 'stream') return output.name === 'stdout' ? textOf(output.text) : '';
      if (output.output_type === 'error') return output.evalue;
      const plain = output.data['text/plain'];
      return plain === undefined ? '' : `${textOf(plain as string)}\n`;
    })
    .join('');
}
