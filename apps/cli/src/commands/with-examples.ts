import type { Command } from 'commander';

const known = new WeakMap<Command, readonly string[]>();

/** Shows command lines under the help of a command: whole ones, to be copied. A test parses each of them. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  known.set(command, lines);
  const heading = lines.length === 1 ? 'Example:' : 'Examples:';
  return command.addHelpText('after', ['', heading, ...lines.map((line) => `  ${line}`)].join('\n'));
}

/** The examples of a command; empty for one that has none. */
export function examplesOf(command: Command): readonly string[] {
  return known.get(command) ?? [];
}
