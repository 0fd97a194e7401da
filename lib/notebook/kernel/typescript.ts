/** The few parts of the TypeScript compiler that notebooks use. tslab brings a compiler of its own, whose types are not ours. */

export type CompilerOptions = Readonly<Record<string, unknown>>;

export interface SyntaxNode {
  getStart(source: SourceFile): number;
  readonly end: number;
}

export interface VariableDeclaration extends SyntaxNode {
  readonly name: SyntaxNode & { readonly text?: string };
  readonly initializer?: SyntaxNode & { readonly expression?: SyntaxNode };
}

export interface BindingElement extends SyntaxNode {
  readonly propertyName?: unknown;
}

export interface ImportClause {
  readonly isTypeOnly?: boolean;
  readonly name?: SyntaxNode;
  readonly namedBindings?: SyntaxNode & {
    /** Of `* as name`. */
    readonly name?: SyntaxNode;
    /** Of `{ a, b as c }`. */
    readonly elements?: readonly (SyntaxNode & { readonly name: SyntaxNode })[];
  };
}

export interface Statement extends SyntaxNode {
  readonly declarationList?: { readonly declarations: readonly VariableDeclaration[] };
  readonly importClause?: ImportClause;
  readonly moduleSpecifier?: SyntaxNode;
  readonly name?: SyntaxNode;
}

export interface SourceFile extends SyntaxNode {
  readonly statements: readonly Statement[];
}

export interface LineClassification {
  readonly entries: readonly { readonly length: number; readonly classification: number }[];
  readonly finalLexState: number;
}

export interface TypeScript {
  readonly version: string;
  readonly ModuleResolutionKind: { readonly Bundler: number };
  readonly ScriptTarget: { readonly Latest: number };
  createWatchCompilerHost(files: unknown, options: CompilerOptions, ...rest: unknown[]): unknown;
  visitEachChild(node: SyntaxNode, visitor: (child: unknown) => unknown, ...rest: unknown[]): unknown;
  isBindingElement(node: SyntaxNode): boolean;
  createSourceFile(name: string, text: string, target: number): SourceFile;
  createClassifier(): {
    getClassificationsForLine(line: string, state: number, syntacticAbsent: boolean): LineClassification;
  };
  isAsExpression(node: SyntaxNode): boolean;
  isVariableStatement(node: SyntaxNode): boolean;
  isInterfaceDeclaration(node: SyntaxNode): boolean;
  isTypeAliasDeclaration(node: SyntaxNode): boolean;
}
