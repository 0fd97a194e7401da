/** Paragraphs of Markdown as Prettier wraps them: what is generated must pass `prettier --check`. */

/** The width that .prettierrc.json gives Markdown. */
export const markdownColumns = 120;

/** A word that would start a list, heading or quotation at the beginning of a line: Prettier never breaks before it. */
const startsBlock = /^>|^(?:[*+-]|#{1,6}|\d+[).])$/u;

/**
 * A text in lines of at most `columns` characters, longer words excepted. Code spans and links stay whole.
 *
 * @param indent spaces before every line but the first, for list items.
 */
export function paragraph(text: string, indent = 0, columns = markdownColumns): string {
  const words = text.match(/(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|\S)+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = `${line} ${word}`;
    const room = lines.length === 0 ? columns : columns - indent;
    if (line === '') line = word;
    else if ([...longer].length <= room || startsBlock.test(word)) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}

/** Items of a list, each a paragraph. */
export function bulletList(items: readonly string[]): string {
  return items.map((item) => paragraph(`- ${item}`, 2)).join('\n');
}
