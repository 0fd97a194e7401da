/** The eleven task families. */
import type { Family, FamilyName } from '../family';
import { arithmetic } from './arithmetic';
import { chitChat } from './chit-chat';
import { fact } from './fact';
import { identity } from './identity';
import { json } from './json';
import { list } from './list';
import { openQuestion } from './open-question';
import { rolePlay } from './role-play';
import { translation } from './translation';
import { unsafe } from './unsafe';
import { writing } from './writing';

export { isHarmful } from './unsafe';

/** All families by name. */
export const families: Readonly<Record<FamilyName, Family>> = {
  openQuestion,
  writing,
  list,
  fact,
  rolePlay,
  unsafe,
  chitChat,
  translation,
  arithmetic,
  identity,
  json,
};

const all = Object.values(families);

/** The families that annotators compare and that reinforcement learning and evaluation ask. */
export const rewardedFamilies: readonly Family[] = all.filter(({ probe }) => !probe);

/** The families left out of reinforcement learning, asked afterwards to see what was forgotten. */
export const probeFamilies: readonly Family[] = all.filter(({ probe }) => probe);

/** Names of the capabilities that probes ask for. */
export const probeTasks: readonly string[] = probeFamilies.map(({ name }) => name);
