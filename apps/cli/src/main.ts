import { Command } from 'commander';
import { upCommand } from './commands/up.ts';
import { showError } from './output/show-error.ts';

const program = new Command('cluster-ai').addCommand(upCommand());
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = showError(error, 'table');
}
