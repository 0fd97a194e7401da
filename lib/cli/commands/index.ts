/** All commands, in the order of the pipeline. */
import { benchCommand } from './bench';
import { grpoStage } from '../../policy/grpo/stage';
import { rlooStage } from '../../policy/rloo/stage';
import { rewardBenchStage } from '../../reward/bench-stage';
import { sftStage } from '../../sft/stage';
import type { Command } from '../command';
import { commandOf } from '../stage-command';
import { doctorCommand } from './doctor';
import { dpoCommand } from './dpo';
import { evaluateCommand } from './evaluate';
import { experimentCommand } from './experiment';
import { exportCommand } from './export';
import { filterCommand } from './filter';
import { generateCommand } from './generate';
import { kernelCommand } from './kernel';
import { labCommand } from './lab';
import { mergeCommand } from './merge';
import { modelsCommand } from './models';
import { notebooksCommand } from './notebooks';
import { pipelineCommand } from './pipeline';
import { ppoCommand } from './ppo';
import { preferencesCommand } from './preferences';
import { rewardCommand } from './reward';
import { schemaCommand } from './schema';
import { setupCommand } from './setup';
import { startCommand } from './start';

const described: readonly Command[] = [
  startCommand,
  setupCommand,
  modelsCommand,
  doctorCommand,
  benchCommand,
  pipelineCommand,
  commandOf(sftStage),
  preferencesCommand,
  filterCommand,
  rewardCommand,
  commandOf(rewardBenchStage),
  dpoCommand,
  ppoCommand,
  commandOf(grpoStage),
  commandOf(rlooStage),
  evaluateCommand,
  generateCommand,
  exportCommand,
  mergeCommand,
  experimentCommand,
  labCommand,
  kernelCommand,
  notebooksCommand,
];

export const commands: readonly Command[] = [...described, schemaCommand(described)];
