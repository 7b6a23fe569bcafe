import type { Argument, Command, Option } from 'commander';

/** A command as data, for completions and documents. */
export interface CommandNode {
  /** Its words after `cluster-ai`; empty for the program itself. */
  readonly words: readonly string[];
  readonly description: string;
  readonly command: Command;
  readonly subcommands: readonly CommandNode[];
  readonly args: readonly ArgumentNode[];
  /** Its own options, without those of the program. */
  readonly options: readonly OptionNode[];
}

export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface OptionNode {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** What stands for the value: `<file>`; undefined for one that takes none. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  /** The default as people read it; undefined for one without. */
  readonly defaultText: string | undefined;
}

/** The program and all commands under it. */
export function commandTree(command: Command, words: readonly string[] = []): CommandNode {
  return {
    words,
    description: command.description(),
    command,
    subcommands: command.commands.map((each) => commandTree(each, [...words, each.name()])),
    args: command.registeredArguments.map(argumentNode),
    options: command.options.filter(({ hidden }) => !hidden).map(optionNode),
  };
}

/** A node and everything under it, each before its own subcommands. */
export function everyNode(node: CommandNode): CommandNode[] {
  return [node, ...node.subcommands.flatMap(everyNode)];
}

/** True for what names a file or a folder of this machine: shells complete those themselves. */
export function takesPath(name: string): boolean {
  return /^<?(file|folder|path)>?$/.test(name);
}

function argumentNode(argument: Argument): ArgumentNode {
  return {
    name: argument.name(),
    description: argument.description,
    choices: argument.argChoices ?? [],
    required: argument.required,
    variadic: argument.variadic,
  };
}

function optionNode(option: Option): OptionNode {
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    value: /[<[].*[>\]]/.exec(option.flags)?.[0],
    choices: option.argChoices ?? [],
    defaultText: defaultText(option),
  };
}

/** Switches have none that would say anything. */
function defaultText({ defaultValue, defaultValueDescription }: Option): string | undefined {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  return typeof defaultValue === 'string' || typeof defaultValue === 'number' ? String(defaultValue) : undefined;
}
