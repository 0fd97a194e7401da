/** The families of models that load, each a table of what it does otherwise than Llama. */
import { mustBe } from '../../errors';
import { chatglm } from './chatglm';
import type { Family } from './family';
import { gemma3 } from './gemma3';
import { glm, glm4 } from './glm';
import { gpt2 } from './gpt2';
import { llama } from './llama';
import { mistral } from './mistral';
import { olmo2 } from './olmo2';
import { phi3 } from './phi3';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { smollm3 } from './smollm3';

export const families: readonly Family[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  smollm3,
  gemma3,
  phi3,
  olmo2,
  glm,
  glm4,
  chatglm,
  gpt2,
];

/** The family of a `model_type`. @throws {InputError} for an unknown one, with the known ones. */
export function familyOf(type: unknown, where: string): Family {
  const family = families.find((known) => known.type === type);
  if (family === undefined)
    throw mustBe(where, 'model_type', `one of ${families.map((known) => known.type).join(', ')}`, type);
  return family;
}
