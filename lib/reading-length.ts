/** Length of a text as annotators and the embedded world measure it. */

/** How much an ideograph or full-width mark counts against a letter: about what its translation takes. */
const ideographWeight = 3;

/** Length as a reader feels it, comparable between Chinese and English: characters, ideographs counted three times. */
export function readingLength(text: string): number {
  let length = 0;
  // Ideographs and the marks that go with them begin at U+2E80.
  for (let i = 0; i < text.length; i++) length += text.charCodeAt(i) >= 0x2e80 ? ideographWeight : 1;
  return length;
}
