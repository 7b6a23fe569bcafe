import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { operatorsOf } from '@cluster-ai/contract/api/list-filter.ts';
import { listDeclarationOf } from '@cluster-ai/cli/commands/list-options.ts';
import { examplesOf } from '@cluster-ai/cli/commands/with-examples.ts';
import { exitCodeMeanings } from '@cluster-ai/cli/output/exit-codes.ts';
import { cliProgram } from '@cluster-ai/cli/program.ts';
import { commandTree, everyNode } from '@cluster-ai/cli/reference/command-tree.ts';
import type { ArgumentNode, CommandNode, OptionNode } from '@cluster-ai/cli/reference/command-tree.ts';

/** The page that this tool writes; a test holds it to the commands. */
export const cliPage = new URL('../docs/reference/cli.md', import.meta.url);

const introduction = `# Command line

<!-- Written by tools/generate-cli-docs.ts from the commands in apps/cli/src/commands/. Change those, then run \`node tools/generate-cli-docs.ts\`. -->

\`cluster-ai\` starts everything on one machine (\`cluster-ai up\`) and does whatever the API can do, here or on a server far
away: a noun, then a verb. \`--help\` behind any command shows what is on this page. The dashboard shows beside each action
the command that does the same.

In a checkout, \`alias cluster-ai="$PWD/.tools/bin/node $PWD/apps/cli/src/main.ts"\` gives the command its name.

## Which server, and who

On the machine and as the user that runs \`cluster-ai up\`, nothing is needed: the command finds the data folder and the
administrator's token in it. Elsewhere, sign in once:

\`\`\`sh
cluster-ai login --server https://ai.example.com --email ana@example.com
cluster-ai whoami
cluster-ai logout
\`\`\`

\`login\` asks for the password, signs in, makes an API key named \`cli@<this machine>\` with your own rights that ends after
30 days (\`--expires\`), and stores the key, not the password, in \`~/.config/cluster-ai/login.json\` (mode 0600). It shows in
\`cluster-ai key list\` with its last use. \`logout\` revokes it; when a machine is lost, \`cluster-ai key revoke\` does so from
any other. Viewers may not make keys: for them \`login\` keeps the session itself, which ends when it is not used. Programs,
and people who sign in with an identity provider, bring a key: \`cluster-ai login --server URL --token-stdin < ci.key\`.

The server is, in this order: \`--server\`, \`CLUSTER_AI_SERVER\`, what \`login\` stored, a running \`up\`. A token is only sent
to the server that it belongs to; \`CLUSTER_AI_TOKEN\` names another one. \`predict\` asks the gateway of \`--gateway\`,
\`CLUSTER_AI_GATEWAY\`, or a running \`up\`.

## Output

\`-o json\` and \`-o yaml\` print what the API answered, for programs; a list is an array. Tables are for people and may change.
What a command makes goes to stdout and all words about it to stderr, so \`KEY=$(cluster-ai key create ci)\` holds the key
alone. Errors say what is wrong and, where there is one thing to do, the next command; with \`-o json\` they are one JSON
object on stderr.

## Connections that break

What passes by itself (a control plane that restarts, an answer that was lost) is tried again for some seconds, and said on
stderr. A write carries an Idempotency-Key, so one whose answer was lost is done once. Where nobody listens from the
beginning, the command ends at once with code 4.

## Lists

A list shows the first 100 and says on stderr when there are more: \`--limit\` shows another number, \`--all\` everything.
\`--sort name\` sorts by a field, \`--sort=-name\` the largest first. \`--filter\` takes the same conditions as the API and the
tables of the dashboard, separated by spaces; all must hold:

\`\`\`sh
cluster-ai audit list --filter 'actor=ana@example.com at>=2026-01-31 target~iris'
\`\`\`

\`=\` and \`!=\` compare, \`~\` finds a part of a text, \`<\`, \`<=\`, \`>\` and \`>=\` compare numbers and times. A time is a day
or an instant (\`2026-01-31\`, \`2026-01-31T14:30:00Z\`). Values with spaces stand in double quotes, and \`field=""\` finds what
has no value. Words without a field are looked for in the fields that the command names. A mistake is shown where it stands.

## Completion

\`\`\`sh
cluster-ai completion bash > ~/.local/share/bash-completion/completions/cluster-ai
cluster-ai completion zsh > "\${fpath[1]}/_cluster-ai"
cluster-ai completion fish > ~/.config/fish/completions/cluster-ai.fish
\`\`\`
`;

/** The reference page of the command line: one heading a command. */
export function renderCliPage(): string {
  const program = commandTree(cliProgram());
  const nodes = everyNode(program).filter(({ words }) => words.length > 0);
  return [
    introduction,
    '## Exit codes',
    '',
    '| Code | Meaning |',
    '| --- | --- |',
    ...Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    '## Options of every command',
    '',
    ...optionTable(program.options),
    '## Commands',
    '',
    '| Command | What it does |',
    '| --- | --- |',
    ...nodes.filter(isLeaf).map(indexRow),
    '',
    ...nodes.filter(isLeaf).flatMap(commandLines),
  ].join('\n');
}

function isLeaf({ subcommands }: CommandNode): boolean {
  return subcommands.length === 0;
}

function indexRow({ words, description }: CommandNode): string {
  return `| [\`${words.join(' ')}\`](#cluster-ai-${words.join('-')}) | ${cell(description)} |`;
}

function commandLines(node: CommandNode): string[] {
  const name = `cluster-ai ${node.words.join(' ')}`;
  return [
    `### ${name}`,
    '',
    `${node.description}.`,
    '',
    '```sh',
    ...examplesOf(node.command),
    '```',
    '',
    `Usage: \`${[name, ...node.args.map(argumentUsage), ...(node.options.length > 0 ? ['[options]'] : [])].join(' ')}\``,
    '',
    ...argumentTable(node.args),
    ...optionTable(node.options),
    ...fieldTable(node),
  ];
}

function argumentUsage({ name, required, variadic }: ArgumentNode): string {
  const shown = `${name}${variadic ? '...' : ''}`;
  return required ? `<${shown}>` : `[${shown}]`;
}

function argumentTable(args: readonly ArgumentNode[]): string[] {
  const described = args.filter(({ description, choices }) => description !== '' || choices.length > 0);
  if (described.length === 0) return [];
  const rows = described.map(({ name, description, choices }) => `| \`${name}\` | ${cell(description, choices)} |`);
  return ['| Argument | Meaning |', '| --- | --- |', ...rows, ''];
}

function optionTable(options: readonly OptionNode[]): string[] {
  if (options.length === 0) return [];
  const rows = options.map(({ long, short, value, description, choices, defaultText }) => {
    const flags = `${short === undefined ? '' : `${short}, `}${long}${value === undefined ? '' : ` ${value}`}`;
    return `| \`${flags}\` | ${cell(description, choices)} | ${defaultText === undefined ? '' : `\`${defaultText}\``} |`;
  });
  return ['| Option | Meaning | Default |', '| --- | --- | --- |', ...rows, ''];
}

function fieldTable({ command }: CommandNode): string[] {
  const list = listDeclarationOf(command);
  if (list === undefined) return [];
  const rows = Object.entries(list.fields).map(([name, field]) => {
    const notes = [
      ...(field.sortable === true ? ['sortable'] : []),
      ...(field.searched === true ? ['searched by words'] : []),
      ...(field.optional === true ? ['may be empty'] : []),
    ];
    return `| \`${name}\` | ${cell(field.about, field.values)} | \`${operatorsOf[field.type].join(' ')}\` | ${notes.join(', ')} |`;
  });
  return ['| Field | Meaning | Operators | |', '| --- | --- | --- | --- |', ...rows, ''];
}

/** Text for a cell; a bar would end it, and angle brackets would be HTML. */
function cell(text: string, choices: readonly string[] = []): string {
  const list = choices.map((choice) => `\`${choice}\``).join(', ');
  const shown = text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
  if (list === '') return shown;
  return shown === '' ? list : `${shown}: ${list}`;
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) writeFileSync(cliPage, renderCliPage());
