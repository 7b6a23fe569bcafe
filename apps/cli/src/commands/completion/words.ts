import type { Command } from 'commander';
import type { CommandNode, OptionNode } from '../../reference/command-tree.ts';
import { listDeclarationOf } from '../list-options.ts';

const help: OptionNode = {
  long: '--help',
  short: '-h',
  description: 'show help',
  value: undefined,
  choices: [],
  defaultText: undefined,
};

/** The options that fit behind a command: its own and the program's. */
export function allOptions(node: CommandNode, program: CommandNode): OptionNode[] {
  const own = node.words.length === 0 ? [] : node.options;
  return [...own, ...program.options, help];
}

export function optionNames({ long, short }: OptionNode): string[] {
  return short === undefined ? [long] : [long, short];
}

/** The values of an option, as far as they are known beforehand. */
export function valuesOf(node: CommandNode, option: OptionNode): readonly string[] {
  return option.long === '--sort' ? sortFields(node.command) : option.choices;
}

function sortFields(command: Command): string[] {
  const fields = listDeclarationOf(command)?.fields ?? {};
  const sortable = Object.keys(fields).filter((name) => fields[name]?.sortable === true);
  return sortable.flatMap((name) => [name, `-${name}`]);
}
