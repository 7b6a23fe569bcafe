import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { GlobalOptions } from './commands/context.ts';
import { trustServers } from './connection/trust.ts';
import { exitCodes } from './output/exit-codes.ts';
import type { OutputFormat } from './output/format.ts';
import { showError } from './output/show-error.ts';
import { cliProgram } from './program.ts';

/** Runs one command line, the words after `cluster-ai`. @returns the exit code. */
export async function runCli(words: readonly string[]): Promise<number> {
  const program = cliProgram();
  endByThrowing(program);
  program.hook('preAction', async (_program, command) => {
    // It starts servers, and knows their certificates itself.
    if (command.name() !== 'up') await trustServers(program.opts<GlobalOptions>().caFile, process.env);
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    const { output } = program.opts<{ output: OutputFormat }>();
    return error instanceof CommanderError ? usageExitCode(error) : showError(error, output);
  }
}

/** Commander ends the process with 1 where the command line is wrong; here that is another code than failure. */
function endByThrowing(command: Command): void {
  command.exitOverride();
  for (const each of command.commands) endByThrowing(each);
}

/** Help and version were asked for; all else that commander throws has been told on stderr. */
function usageExitCode({ exitCode }: CommanderError): number {
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
}
