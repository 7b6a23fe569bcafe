import { everyNode, takesPath } from '../../reference/command-tree.ts';
import type { CommandNode, OptionNode } from '../../reference/command-tree.ts';
import { allOptions, optionNames, valuesOf } from './words.ts';

/** The completion script for fish, with the descriptions of commands and options. */
export function fishCompletion(program: CommandNode): string {
  const nodes = everyNode(program);
  const groups = nodes.filter(({ subcommands }) => subcommands.length > 0).map(({ words }) => words.join(' '));
  const commands = nodes.filter(({ words }) => words.length > 0).map(({ words }) => words.join(' '));
  const valued = new Set(
    nodes
      .flatMap((node) => allOptions(node, program))
      .filter(takesValue)
      .flatMap(optionNames),
  );
  return `# fish completion for cluster-ai; written by: cluster-ai completion fish
set -g __cluster_ai_commands ${commands.map(fishWord).join(' ')}
set -g __cluster_ai_valued ${[...valued].map(fishWord).join(' ')}

# The command that is being typed and the number of its arguments: "user role 1".
function __cluster_ai_place
    set -l at ''
    set -l count 0
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -q -- '-*' $word
            contains -- $word $__cluster_ai_valued; and set skip 1
        else if contains -- (string trim -- "$at $word") $__cluster_ai_commands
            set at (string trim -- "$at $word")
        else
            set count (math $count + 1)
        end
    end
    string trim -- "$at $count"
end

function __cluster_ai_at
    string match -qr -- "^$argv[1]"'$' (__cluster_ai_place)
end

complete -c cluster-ai -f
${nodes.flatMap((node) => nodeLines(node, program, groups)).join('\n')}
`;
}

function nodeLines(node: CommandNode, program: CommandNode, groups: readonly string[]): string[] {
  const at = node.words.join(' ');
  const prefix = at === '' ? '' : `${at} `;
  const isGroup = groups.includes(at);
  const commands = node.subcommands.map(({ command, description }) =>
    line(`${prefix}0`, ['-a', fishWord(command.name()), '-d', fishWord(description)]),
  );
  const args = node.args.flatMap(({ name, choices, variadic }, index) => {
    const place = `${prefix}${variadic ? String.raw`\d+` : index}`;
    if (takesPath(name)) return [line(place, ['-F'])];
    return choices.length === 0 ? [] : [line(place, ['-a', fishWord(choices.join(' '))])];
  });
  const options = allOptions(node, program).map((option) =>
    line(`${prefix}${isGroup ? '0' : String.raw`\d+`}`, optionWords(node, option)),
  );
  return [...commands, ...args, ...options];
}

function line(place: string, words: readonly string[]): string {
  return `complete -c cluster-ai -n ${fishWord(`__cluster_ai_at '${place}'`)} ${words.join(' ')}`;
}

function optionWords(node: CommandNode, option: OptionNode): string[] {
  const { long, short, description, value } = option;
  const values = valuesOf(node, option);
  return [
    '-l',
    long.slice(2),
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    ...(value === undefined ? [] : takesPath(value) ? ['-r', '-F'] : ['-x']),
    ...(values.length === 0 ? [] : ['-a', fishWord(values.join(' '))]),
    '-d',
    fishWord(description),
  ];
}

function takesValue({ value }: OptionNode): boolean {
  return value !== undefined;
}

/** In fish's single quotes, `\` and `'` are written with a backslash. */
function fishWord(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
