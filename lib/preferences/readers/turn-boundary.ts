/** Where a shared beginning of two texts may end so that it is a prompt: right after the sign that the answer begins. */

/** Signs of common chat templates and of plain dialogues, at which an assistant starts to speak. */
const answerStarts: readonly RegExp[] = [
  /<\|im_start\|>assistant\n/g,
  /<\|start_header_id\|>assistant<\|end_header_id\|>\n\n/g,
  /<\|assistant\|>\n?/gi,
  /<start_of_turn>model\n/g,
  /\[\/INST\]/g,
  /(?:^|\n)[#*\s]*(?:assistant|answer|response|output|bot|ai|a|gpt|model|回答|答|助手)\s*[:：][*]*/giu,
];

/**
 * The length of the longest beginning that two texts share and that ends at a turn boundary.
 *
 * @returns undefined when nothing says where the prompt ends.
 */
export function sharedTurns(chosen: string, rejected: string): number | undefined {
  let shared = 0;
  while (shared < chosen.length && chosen[shared] === rejected[shared]) shared++;
  const ends = answerStarts
    .flatMap((pattern) => [...chosen.slice(0, shared).matchAll(pattern)])
    .map((match) => match.index + match[0].length);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
