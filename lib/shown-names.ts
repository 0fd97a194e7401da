/** What people read in place of the kit's own keys. Files keep the keys; a name that is not here is somebody's own and is shown as it is. */

const shownNames: ReadonlyMap<string, string> = new Map([
  // Policies.
  ['sft', 'SFT'],
  ['dpo', 'DPO'],
  ['ppo', 'PPO'],
  ['ppoNoSftLoss', 'PPO without the SFT loss'],
  ['best-of-n', 'best of n'],
  // Tasks of the embedded world, its probes among them.
  ['openQuestion', 'open question'],
  ['rolePlay', 'role play'],
  ['chitChat', 'chit-chat'],
  ['json', 'JSON'],
]);

/** `ppoNoSftLoss` is shown as `PPO without the SFT loss`. */
export function shownName(name: string): string {
  return shownNames.get(name) ?? name;
}
