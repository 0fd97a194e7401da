/** All commands, in the order of the pipeline. */
import { benchCommand } from './bench';
import type { Command } from '../command';
import { doctorCommand } from './doctor';
import { dpoCommand } from './dpo';
import { evaluateCommand } from './evaluate';
import { experimentCommand } from './experiment';
import { filterCommand } from './filter';
import { generateCommand } from './generate';
import { grpoCommand } from './grpo';
import { kernelCommand } from './kernel';
import { labCommand } from './lab';
import { notebooksCommand } from './notebooks';
import { pipelineCommand } from './pipeline';
import { ppoCommand } from './ppo';
import { preferencesCommand } from './preferences';
import { rewardCommand } from './reward';
import { rlooCommand } from './rloo';
import { setupCommand } from './setup';
import { sftCommand } from './sft';
import { startCommand } from './start';

export const commands: readonly Command[] = [
  startCommand,
  setupCommand,
  doctorCommand,
  benchCommand,
  pipelineCommand,
  sftCommand,
  preferencesCommand,
  filterCommand,
  rewardCommand,
  dpoCommand,
  ppoCommand,
  grpoCommand,
  rlooCommand,
  evaluateCommand,
  generateCommand,
  experimentCommand,
  labCommand,
  kernelCommand,
  notebooksCommand,
];
