/** Experiments on the embedded world. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256File } from '../../files';
import type { DataKind } from '../kind';
import type { ConditionConfig } from './config';
import { dialogueFlow } from './flow';
import { bestOfNMeasure } from './measures/best-of-n';
import { filterMeasure } from './measures/filter';
import { policyCriteriaMeasure } from './measures/gained-criteria';
import { criteriaMeasure } from './measures/picked-criteria';
import { policyMeasure } from './measures/policy';
import { rewardMeasure } from './measures/reward';
import { conditionConfig } from './settings';

export const dialogues = {
  conditionConfig,
  flow: dialogueFlow,
  measures: {
    filter: filterMeasure,
    reward: rewardMeasure,
    bestOfN: bestOfNMeasure,
    criteria: criteriaMeasure,
    dpo: policyMeasure('dpo'),
    ppo: policyMeasure('ppo'),
    grpo: policyMeasure('grpo'),
    rloo: policyMeasure('rloo'),
    dpoCriteria: policyCriteriaMeasure('dpo'),
    ppoCriteria: policyCriteriaMeasure('ppo'),
  },
  dataHash: (_, path) => hashOfWorld(path('world')),
} satisfies DataKind<ConditionConfig>;

/** SHA-256 over the world's records. */
async function hashOfWorld(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    if (name.endsWith('.jsonl')) hash.update(`${name} ${await sha256File(join(folder, name))}\n`);
  }
  return hash.digest('hex');
}
