/** JSON with its integers: those that a double cannot hold become strings, for they are names and not quantities. */

/** A string, or a number with its fraction and exponent. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const longInteger = /(?:^|[^\d.])\d{16,}(?![\d.eE])/;

/** `JSON.parse`, with integers beyond 2^53 as strings of their digits. @throws {SyntaxError} as `JSON.parse` does. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(longInteger.test(text) ? text.replace(tokens, exact) : text);
}

function exact(token: string): string {
  if (!/^-?\d{16,}$/.test(token) || Number.isSafeInteger(Number(token))) return token;
  return `"${token}"`;
}
