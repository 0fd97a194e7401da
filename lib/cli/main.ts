/** The command line: finds the command, runs it, and turns what goes wrong into one sentence and an exit code. */
import { didYouMean, errorMessage, FailedCheckError, InputError, InterruptedError } from '../errors';
import { requestInterrupt } from '../train/interrupt';
import { kitVersion } from '../train/versions';
import { commandHelp, parseCommandLine, type Command } from './command';
import { commands } from './commands';

/** Exit codes: 0 done, 1 a check that failed or the program's own fault, 2 bad input, 130 Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  process.on('SIGINT', () => {
    if (!requestInterrupt()) process.exit(130);
    process.stderr.write('\nstopping after this step; Ctrl-C again stops at once\n');
  });
  process.exitCode = await run(argv);
}

async function run(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv[0] === 'help' && argv[1] !== undefined ? [argv[1], '--help'] : argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${kitVersion()}\n`);
    return 0;
  }
  try {
    const command = findCommand(name);
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(commandHelp(command));
      return 0;
    }
    printResult(await command.run(parseCommandLine(command, rest)));
    return 0;
  } catch (error) {
    if (error instanceof FailedCheckError) {
      printResult(error.result);
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (error instanceof InterruptedError) {
      process.stderr.write(`${error.message}\n`);
      return 130;
    }
    if (error instanceof InputError) {
      process.stderr.write(`rlhf-kit: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(
      `rlhf-kit: unexpected error: ${error instanceof Error ? error.stack : errorMessage(error)}\n`,
    );
    return 1;
  }
}

function printResult(result: unknown): void {
  if (result !== undefined)
    process.stdout.write(`${typeof result === 'string' ? result : JSON.stringify(result)}\n`);
}

function findCommand(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = commands.map((candidate) => candidate.name);
  throw new InputError(`unknown command '${name}'${didYouMean(name, names)} (see rlhf-kit --help)`);
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `rlhf-kit ${kitVersion()}: reinforcement learning from human feedback in TypeScript

Usage: rlhf-kit <command> [flags]      (rlhf-kit <command> --help lists the flags)

${lines.join('\n')}
`;
}
