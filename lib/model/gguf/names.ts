/** Names of a Llama's parameters in GGUF files, and the order of rows that they have there. */

const ofModel: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

const ofLayer: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** The GGUF name of a parameter; undefined for one that Llama has not. */
export function ggufName(name: string): string | undefined {
  const [, layer, part = ''] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  if (layer === undefined) return ofModel[name];
  const known = ofLayer[part];
  return known === undefined ? undefined : `blk.${layer}.${known}.weight`;
}

/** Heads of a parameter whose rows GGUF has in another order: queries and keys. Others have none. */
export function turnedHeads(
  name: string,
  heads: { readonly numAttentionHeads: number; readonly numKeyValueHeads: number },
): number | undefined {
  if (name.endsWith('.q_proj.weight')) return heads.numAttentionHeads;
  return name.endsWith('.k_proj.weight') ? heads.numKeyValueHeads : undefined;
}

/**
 * Reorders the rows within each head. Rotary embeddings turn pairs of rows: Hugging Face pairs row i with i + hd/2, GGUF has the pairs
 * side by side, 2i and 2i + 1.
 *
 * @param values [heads·hd, columns]
 * @param to the order of the result.
 */
export function reorderRows(
  values: Float32Array,
  heads: number,
  [rows, columns]: readonly [number, number],
  to: 'pairs' | 'halves',
): Float32Array {
  const headDim = rows / heads;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const [head, inHead] = [Math.floor(row / headDim), row % headDim];
    // Where the row is that pairs have at this place.
    const halves = head * headDim + (inHead >> 1) + (inHead & 1) * (headDim / 2);
    const [source, target] = to === 'pairs' ? [halves, row] : [row, halves];
    out.set(values.subarray(source * columns, (source + 1) * columns), target * columns);
  }
  return out;
}
