/** Parameters: values for constants of the cells that are tagged `parameters`, given from outside. */
import { InputError } from '../../errors';
import { loadTypeScript } from '../kernel/tslab';
import { tagsOf, textOf, type Cell, type Notebook } from './notebook-file';

/** Values by name, as JSON. */
export type Parameters = Readonly<Record<string, unknown>>;

/** @param given `name=json`, as on the command line. @throws {InputError} for another shape. */
export function parseParameters(given: readonly string[], command: string): Parameters {
  return Object.fromEntries(
    given.map((text) => {
      const equals = text.indexOf('=');
      const name = text.slice(0, equals);
      if (equals < 1 || !/^[A-Za-z_$][\w$]*$/.test(name))
        throw new InputError(`${command}: '--param' must be name=json, got '${text}'`);
      try {
        return [name, JSON.parse(text.slice(equals + 1)) as unknown];
      } catch {
        throw new InputError(
          `${command}: the value of '--param ${name}' must be JSON, got ${text.slice(equals + 1)} (a text has double quotes: ${name}='"…"')`,
        );
      }
    }),
  );
}

/** Names of a notebook's parameters. */
export function parameterNames(notebook: Notebook): string[] {
  return parameterCells(notebook).flatMap((cell) =>
    initializers(textOf(cell.source)).map(({ name }) => name),
  );
}

/**
 * Puts values in the place of the parameters' own. The declared type stays, so that the compiler checks the value:
 * `const size: 'default' | 'smoke' = 'default'` becomes `… = "smoke"`. Names that a notebook does not have are passed over.
 */
export function setParameters(notebook: Notebook, values: Parameters): void {
  for (const cell of parameterCells(notebook)) {
    let source = textOf(cell.source);
    // From the end, so that places before it stay where they are.
    for (const { name, start, end } of initializers(source).reverse()) {
      if (Object.hasOwn(values, name))
        source = `${source.slice(0, start)}${JSON.stringify(values[name])}${source.slice(end)}`;
    }
    cell.source = source;
  }
}

function parameterCells(notebook: Notebook): Cell[] {
  return notebook.cells.filter((cell) => cell.cell_type === 'code' && tagsOf(cell).includes('parameters'));
}

interface Initializer {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where the values of a cell's top-level variables stand; of `value as Type` the value alone. */
function initializers(source: string): Initializer[] {
  const ts = loadTypeScript();
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.Latest);
  return file.statements
    .filter((statement) => ts.isVariableStatement(statement))
    .flatMap((statement) => statement.declarationList?.declarations ?? [])
    .flatMap(({ name, initializer }) => {
      if (name.text === undefined || initializer === undefined) return [];
      const value = ts.isAsExpression(initializer)
        ? (initializer.expression as typeof initializer)
        : initializer;
      return [{ name: name.text, start: value.getStart(file), end: value.end }];
    });
}
