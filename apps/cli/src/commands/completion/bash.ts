import { shellWord } from '@cluster-ai/contract/shell-words.ts';
import { everyNode, takesPath } from '../../reference/command-tree.ts';
import type { CommandNode, OptionNode } from '../../reference/command-tree.ts';
import { allOptions, optionNames, valuesOf } from './words.ts';

/**
 * The completion script for bash: a function with a table of all commands in it. It needs bash 4 and no package, and starts
 * no program, so that a key press costs nothing.
 */
export function bashCompletion(program: CommandNode): string {
  const nodes = everyNode(program);
  return `# bash completion for cluster-ai; written by: cluster-ai completion bash
_cluster_ai() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" at='' count=0 option='' word i
  local commands options valued values
  COMPREPLY=()
  # '=' stands in COMP_WORDBREAKS, so that --role=viewer comes as three words.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ $word == '=' && -n $option ]] && continue
    if [[ -n $option ]]; then option=''; continue; fi
    _cluster_ai_table "$at"
    if [[ $word == -* ]]; then
      [[ " $valued " == *" $word "* ]] && option=$word
    elif [[ " $commands " == *" $word "* ]]; then
      at="\${at:+$at }$word"
    else
      count=$((count + 1))
    fi
  done
  [[ $cur == '=' ]] && cur=''
  _cluster_ai_table "$at"
  if [[ -n $option ]]; then
    _cluster_ai_values "$at:$option"
  elif [[ $cur == -* ]]; then
    values=$options
  elif [[ -n $commands && $count == 0 ]]; then
    values=$commands
  else
    _cluster_ai_values "$at:$count"
  fi
  if [[ $values == '@path' ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
  fi
}

# The commands and options of one command, and those of its options that take a value.
_cluster_ai_table() {
  case "$1" in
${nodes.map((node) => tableCase(node, program)).join('\n')}
    *) commands='' options='' valued='' ;;
  esac
}

# What fits in one place: the value of an option, or an argument by its number.
_cluster_ai_values() {
  case "$1" in
${nodes.flatMap((node) => valueCases(node, program)).join('\n')}
    *) values='' ;;
  esac
}

complete -F _cluster_ai cluster-ai
`;
}

function tableCase(node: CommandNode, program: CommandNode): string {
  const options = allOptions(node, program);
  const words = [
    `commands=${shellWord(node.subcommands.map(({ command }) => command.name()).join(' '))}`,
    `options=${shellWord(options.flatMap(optionNames).join(' '))}`,
    `valued=${shellWord(
      options
        .filter(({ value }) => value !== undefined)
        .flatMap(optionNames)
        .join(' '),
    )}`,
  ];
  return `    ${shellWord(node.words.join(' '))}) ${words.join(' ')} ;;`;
}

function valueCases(node: CommandNode, program: CommandNode): string[] {
  const at = node.words.join(' ');
  const optionCases = allOptions(node, program).flatMap((option) => {
    const values = optionValues(node, option);
    const patterns = optionNames(option).map((name) => shellWord(`${at}:${name}`));
    return values === null ? [] : [`    ${patterns.join(' | ')}) values=${shellWord(values)} ;;`];
  });
  const argumentCases = node.args.flatMap(({ name, choices, variadic }, index) => {
    const values = takesPath(name) ? '@path' : choices.join(' ');
    const pattern = variadic ? `${shellWord(`${at}:`)}*` : shellWord(`${at}:${index}`);
    return values === '' ? [] : [`    ${pattern}) values=${shellWord(values)} ;;`];
  });
  return [...optionCases, ...argumentCases];
}

function optionValues(node: CommandNode, option: OptionNode): string | null {
  if (option.value === undefined) return null;
  if (takesPath(option.value)) return '@path';
  const values = valuesOf(node, option);
  return values.length === 0 ? null : values.join(' ');
}
