import { shellWord } from '@cluster-ai/contract/shell-words.ts';
import { everyNode, takesPath } from '../../reference/command-tree.ts';
import type { CommandNode, OptionNode } from '../../reference/command-tree.ts';
import { allOptions, optionNames, valuesOf } from './words.ts';

/** The completion script for zsh, with the descriptions of commands and options. */
export function zshCompletion(program: CommandNode): string {
  const nodes = everyNode(program);
  return `#compdef cluster-ai
# zsh completion for cluster-ai; written by: cluster-ai completion zsh
_cluster_ai() {
  local at='' option='' word
  local -i i count=0
  local -a commands options valued values
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then option=''; continue; fi
    _cluster_ai_table "$at"
    if [[ $word == -* ]]; then
      (( \${valued[(Ie)$word]} )) && option=$word
    elif (( \${commands[(I)$word:*]} )); then
      at="\${at:+$at }$word"
    else
      count+=1
    fi
  done
  _cluster_ai_table "$at"
  if [[ -z $option && \${words[CURRENT]} == --*=* ]]; then
    option=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    _cluster_ai_values "$at:$option"
  elif [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
    return
  elif (( $#commands && ! count )); then
    _describe command commands
    return
  else
    _cluster_ai_values "$at:$count"
  fi
  if [[ \${values[1]} == @path ]]; then
    _files
  else
    compadd -a values
  fi
}

_cluster_ai_table() {
  case "$1" in
${nodes.map((node) => tableCase(node, program)).join('\n')}
    *) commands=() options=() valued=() ;;
  esac
}

_cluster_ai_values() {
  case "$1" in
${nodes.flatMap((node) => valueCases(node, program)).join('\n')}
    *) values=() ;;
  esac
}

if [[ $funcstack[1] == _cluster_ai ]]; then
  _cluster_ai "$@"
else
  compdef _cluster_ai cluster-ai
fi
`;
}

function tableCase(node: CommandNode, program: CommandNode): string {
  const options = allOptions(node, program);
  const commands = node.subcommands.map(({ command, description }) => described(command.name(), description));
  const named = options.flatMap((option) => optionNames(option).map((name) => described(name, option.description)));
  const valued = options.filter(({ value }) => value !== undefined).flatMap(optionNames);
  return [
    `    ${shellWord(node.words.join(' '))})`,
    `      commands=(${commands.join(' ')})`,
    `      options=(${named.join(' ')})`,
    `      valued=(${valued.join(' ')})`,
    '      ;;',
  ].join('\n');
}

/** `name:description` as `_describe` reads it. */
function described(name: string, description: string): string {
  return shellWord(`${name.replaceAll(':', String.raw`\:`)}:${description}`);
}

function valueCases(node: CommandNode, program: CommandNode): string[] {
  const at = node.words.join(' ');
  const optionCases = allOptions(node, program).flatMap((option) => {
    const values = optionValues(node, option);
    const patterns = optionNames(option).map((name) => shellWord(`${at}:${name}`));
    return values.length === 0 ? [] : [`    ${patterns.join(' | ')}) values=(${values.map(shellWord).join(' ')}) ;;`];
  });
  const argumentCases = node.args.flatMap(({ name, choices, variadic }, index) => {
    const values = takesPath(name) ? ['@path'] : choices;
    const pattern = variadic ? `${shellWord(`${at}:`)}*` : shellWord(`${at}:${index}`);
    return values.length === 0 ? [] : [`    ${pattern}) values=(${values.map(shellWord).join(' ')}) ;;`];
  });
  return [...optionCases, ...argumentCases];
}

function optionValues(node: CommandNode, option: OptionNode): readonly string[] {
  if (option.value === undefined) return [];
  return takesPath(option.value) ? ['@path'] : valuesOf(node, option);
}
