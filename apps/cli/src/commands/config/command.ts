import { Command, Option } from 'commander';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export const configPrograms = ['up', 'gateway', 'control-plane'] as const;

export type ConfigProgram = (typeof configPrograms)[number];

export interface ConfigOptions extends GlobalOptions {
  readonly program: ConfigProgram;
  readonly config?: string;
}

export function configCommand(): Command {
  const checkCommand = new Command('check')
    .description('Check settings without starting anything')
    .action(async (_flags, command: Command) => {
      const { check } = await import('./run-config.ts');
      check(command.optsWithGlobals<ConfigOptions>());
    });
  const showCommand = new Command('show')
    .description('Show every setting, its value and where the value comes from')
    .action(async (_flags, command: Command) => {
      const { show } = await import('./run-config.ts');
      show(command.optsWithGlobals<ConfigOptions>());
    });
  return new Command('config')
    .description('Settings: what a program would start with')
    .addCommand(withExamples(withOptions(checkCommand), 'cluster-ai config check --config cluster-ai.yaml'))
    .addCommand(withExamples(withOptions(showCommand), 'cluster-ai config show --program gateway'));
}

function withOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--program <name>', 'whose settings; up covers all programs under it')
        .choices(configPrograms)
        .default('up'),
    )
    .option('--config <file>', 'YAML file');
}
