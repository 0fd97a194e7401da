/**
 * What cells leave declared. tslab keeps the declarations of a cell only when the cell ran to its end; here one that threw leaves what it
 * got to, as in Jupyter's other languages. A name that it did not get to is what it was before: unknown, or an earlier cell's.
 */
import type { Statement, SyntaxNode, TypeScript } from './typescript';

/** A cell's compiled code, with the names that it gives values to. */
export interface CellCode {
  readonly output: string;
  readonly names: readonly string[];
}

/** TypeScript begins a module by setting its exports to undefined. An earlier cell's value must stay until the new one is there. */
const emptying =
  /(Object\.defineProperty\(exports, "__esModule", .*\n)((?:(?:exports\.[^\s=]+ = )+void 0;\n)+)/;

export function withoutEmptying(output: string): CellCode {
  const names = emptying.exec(output)?.[2]?.match(/(?<=exports\.)[^\s=]+/g) ?? [];
  return { output: output.replace(emptying, '$1'), names };
}

/**
 * Declarations after a cell that ended early.
 *
 * @param before declarations that the cell found.
 * @param whole declarations that it would have left.
 * @param unreached names of values that it did not get to.
 */
export function declarationsReached(
  ts: TypeScript,
  before: string,
  whole: string,
  unreached: ReadonlySet<string>,
): string {
  if (unreached.size === 0) return whole;
  const reached = pick(ts, whole, { value: (name) => !unreached.has(name), types: true });
  return `${reached}${pick(ts, before, { value: (name) => unreached.has(name), types: false })}`;
}

interface Choice {
  value(name: string): boolean;
  /** Interfaces and aliases: they have no value that could be missing. */
  readonly types: boolean;
}

function pick(ts: TypeScript, declarations: string, choice: Choice): string {
  const file = ts.createSourceFile('declarations.d.ts', declarations, ts.ScriptTarget.Latest);
  const text = (node: SyntaxNode): string => declarations.slice(node.getStart(file), node.end);
  const chosen = (nodes: readonly NamedNode[]): string =>
    nodes
      .filter(({ name }) => choice.value(text(name)))
      .map(text)
      .join(', ');
  const pickStatement = (statement: Statement): string => {
    const { declarationList, importClause, moduleSpecifier, name } = statement;
    if (declarationList !== undefined) {
      const [first] = declarationList.declarations;
      const kept = chosen(declarationList.declarations);
      const start = declarations.slice(statement.getStart(file), first?.getStart(file));
      return kept === '' ? '' : `${start}${kept};`;
    }
    if (importClause !== undefined && moduleSpecifier !== undefined) {
      const { name: own, namedBindings } = importClause;
      const elements = namedBindings?.elements === undefined ? '' : chosen(namedBindings.elements);
      const parts = [
        own !== undefined && choice.value(text(own)) && text(own),
        namedBindings?.name !== undefined && choice.value(text(namedBindings.name)) && text(namedBindings),
        elements !== '' && `{ ${elements} }`,
      ].filter(Boolean);
      const kind = importClause.isTypeOnly === true ? 'import type' : 'import';
      return parts.length === 0 ? '' : `${kind} ${parts.join(', ')} from ${text(moduleSpecifier)};`;
    }
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    if (name === undefined || isType) return choice.types ? text(statement) : '';
    return choice.value(text(name)) ? text(statement) : '';
  };
  return file.statements
    .map(pickStatement)
    .filter((kept) => kept !== '')
    .map((kept) => `${kept}\n`)
    .join('');
}

interface NamedNode extends SyntaxNode {
  readonly name: SyntaxNode;
}
