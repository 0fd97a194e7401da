/** Plugin of typedoc: groups the exports by the sections of lib/index.ts, `// 1  Supervised fine-tuning` and so on. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { Application, Comment, CommentTag, Converter } from 'typedoc';

const path = join(import.meta.dirname, '..', 'lib', 'index.ts');
/** What signatures name and lib/index.ts does not export. */
const others = 'Types of parameters and results';

/** The section of each name that lib/index.ts exports, in order; of a module that it exports whole, by the module's file. */
function sectionsOfExports() {
  const text = readFileSync(path, 'utf8');
  const sections = new Map();
  let section = '';
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? [];
    const heading = comments.map(({ pos, end }) => text.slice(pos, end)).find((one) => one.startsWith('//'));
    if (heading !== undefined) section = heading.replace('//', '').replace(/\s+/g, ' ').trim();
    for (const name of namesOf(statement)) sections.set(name, section);
  }
  return sections;
}

function namesOf({ exportClause, moduleSpecifier }) {
  if (exportClause === undefined) return [`${resolve(dirname(path), moduleSpecifier.text)}.ts`];
  return ts.isNamedExports(exportClause)
    ? exportClause.elements.map(({ name }) => name.text)
    : [exportClause.name.text];
}

export function load(app) {
  const sections = sectionsOfExports();
  const sectionOf = (one, symbol) =>
    sections.get(one.name) ?? sections.get(symbol?.declarations?.[0].getSourceFile().fileName) ?? others;
  app.on(Application.EVENT_BOOTSTRAP_END, () =>
    app.options.setValue('groupOrder', [...new Set([...sections.values(), others])]),
  );
  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    (context) => {
      for (const one of context.project.children ?? []) {
        const section = sectionOf(one, context.getSymbolFromReflection(one));
        one.comment ??= new Comment();
        one.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: section }]));
      }
    },
    // After typedoc-plugin-missing-exports has added the types that are not exported, before groups are made.
    -1000,
  );
}
