import { sourceText } from '@cluster-ai/platform/config/problem.ts';
import { Command, Option } from 'commander';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { configPrograms, loadSettings } from './load.ts';
import type { ConfigProgram } from './load.ts';

interface ConfigOptions extends GlobalOptions {
  readonly program: ConfigProgram;
  readonly config?: string;
}

export function configCommand(): Command {
  const checkCommand = new Command('check')
    .description('Check settings without starting anything')
    .action((_flags, command: Command) => check(command.optsWithGlobals<ConfigOptions>()));
  const showCommand = new Command('show')
    .description('Show every setting, its value and where the value comes from')
    .action((_flags, command: Command) => show(command.optsWithGlobals<ConfigOptions>()));
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

function check(options: ConfigOptions): void {
  const programs = loadSettings(options.program, options.config);
  const all = programs.flatMap(({ settings }) => settings);
  const set = all.filter(({ source }) => source.kind !== 'default').length;
  const data = { valid: true, programs: programs.map(({ program }) => program), settings: all.length, set };
  print(options.output, data, () => `valid: ${all.length} settings of ${data.programs.join(', ')}, ${set} of them set`);
}

function show(options: ConfigOptions): void {
  const rows = loadSettings(options.program, options.config).flatMap(({ program, settings }) =>
    settings.map(({ path, shown, value, secret, source }) => ({
      program,
      setting: path,
      value: secret ? shown : (value ?? null),
      shown,
      source: sourceText(source),
    })),
  );
  const data = rows.map(({ program, setting, value, source }) => ({ program, setting, value, source }));
  print(options.output, data, () =>
    renderTable(
      ['PROGRAM', 'SETTING', 'VALUE', 'SOURCE'],
      rows.map(({ program, setting, shown, source }) => [program, setting, shown, source]),
    ),
  );
}
