import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { GlobalOptions } from './commands/context.ts';
import { trustServers } from './connection/trust.ts';
import { exitCodes } from './output/exit-codes.ts';
import type { OutputFormat } from './output/format.ts';
import { showError } from './output/show-error.ts';
import { endWhenUnread } from './output/unread-output.ts';
import { cliProgram } from './program.ts';

/** Runs one command line, the words after `cluster-ai`. @returns the exit code. */
export async function runCli(words: readonly string[]): Promise<number> {
  const program = cliProgram();
  endByThrowing(program);
  const endWithoutReader = [process.stdout, process.stderr].map(endWhenUnread);
  program.hook('preAction', async (_program, command) => {
    if (command.name() !== 'up') await trustServers(program.opts<GlobalOptions>().caFile, process.env);
    // It starts servers: it knows their certificates itself, and goes on without a reader.
    else for (const takeBack of endWithoutReader) takeBack();
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
