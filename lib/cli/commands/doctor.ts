/** `rlhf-kit doctor`: what this machine has, and whether it computes. */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import {
  checkEngine,
  checkTolerance,
  defaultEngine,
  engineNames,
  findEngine,
  type EngineName,
  type EngineReport,
} from '../../backend';
import * as field from '../../fields';
import { InputError } from '../../errors';
import { packageRoot, versions } from '../../train/versions';
import { defineCommand } from '../command';

const fields = {
  engine: field.choice(engineNames, 'check this engine only, in this process').optional(),
};

type DoctorConfig = field.ConfigOf<typeof fields>;

export const doctorCommand = defineCommand<DoctorConfig>({
  name: 'doctor',
  summary: 'show engines, versions and devices, and check that each engine computes',
  fields,
  example: 'npx rlhf-kit doctor --engine xla',
  async run({ engine }) {
    if (engine !== undefined) return checkEngine(findEngine(engine));
    const engines = engineNames.map(checkInOwnProcess);
    const machine = {
      cpus: cpus().length,
      cpu: cpus()[0]?.model.trim(),
      memoryGb: Math.round(totalmem() / 2 ** 30),
    };
    const installed = { ...versions(), npm: npmVersion() };
    process.stderr.write(`${describe(installed, engines, machine)}\n`);
    const broken = engines.find((report) => report.available && !((report.maxError ?? 1) < checkTolerance));
    if (broken !== undefined)
      throw new InputError(`doctor: ${broken.engine} computes wrongly (relative error ${broken.maxError})`);
    const native = engines.find((report) => report.engine === defaultEngine);
    if (native?.available !== true) throw new InputError(`doctor: ${native?.detail}`);
    return { versions: installed, machine, engines };
  },
});

/** A native engine can crash a process and is loaded once in it: each check gets one of its own. */
function checkInOwnProcess(name: EngineName): EngineReport {
  const program = join(packageRoot(), 'bin', 'rlhf-kit.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'doctor', '--engine', name], {
    encoding: 'utf8',
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status === 0 && line.startsWith('{')) return JSON.parse(line) as EngineReport;
  return {
    engine: name,
    available: false,
    detail: `its process ended with ${status}: ${stderr.trim()}`,
    purpose: '',
  };
}

function npmVersion(): string {
  const { stdout } = spawnSync('npm', ['--version'], { encoding: 'utf8' });
  return stdout?.trim() || 'not found';
}

function describe(
  installed: Readonly<Record<string, string>>,
  engines: readonly EngineReport[],
  machine: { cpus: number; cpu: string | undefined; memoryGb: number },
): string {
  const lines = Object.entries(installed).map(([name, version]) => `${name.padEnd(12)}${version}`);
  lines.push(`machine     ${machine.cpus} × ${machine.cpu}, ${machine.memoryGb} GB`);
  for (const { engine, available, detail, purpose, maxError } of engines) {
    lines.push(
      `${engine.padEnd(12)}${available ? `${detail}; relative error ${maxError?.toExponential(1)}; ${purpose}` : `not available: ${detail}`}`,
    );
  }
  return lines.join('\n');
}
