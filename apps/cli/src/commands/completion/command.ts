import { Argument, Command } from 'commander';
import { commandTree } from '../../reference/command-tree.ts';
import { withExamples } from '../with-examples.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export function completionCommand(): Command {
  const command = new Command('completion')
    .description('Print the script that lets a shell complete commands, options and values')
    .addArgument(new Argument('<shell>', 'the shell that will read it').choices(Object.keys(scripts)))
    .action((shell: keyof typeof scripts, _flags, command: Command) => {
      process.stdout.write(scripts[shell](commandTree(rootOf(command))));
    });
  return withExamples(
    command,
    'cluster-ai completion bash > ~/.local/share/bash-completion/completions/cluster-ai',
    'cluster-ai completion zsh > "${fpath[1]}/_cluster-ai"',
    'cluster-ai completion fish > ~/.config/fish/completions/cluster-ai.fish',
  );
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
