import { execFileSync } from 'node:child_process';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examplesOf } from './commands/with-examples.ts';
import { cliProgram } from './program.ts';
import { commandTree, everyNode } from './reference/command-tree.ts';

interface Parsed {
  readonly command: string;
  readonly args: unknown[];
  readonly options: Record<string, unknown>;
}

/** What a shell gives to `cluster-ai` for a line. */
function wordsOf(line: string): string[] {
  const printing = line.replace(/^cluster-ai /, String.raw`printf '%s\0' `);
  return execFileSync('/bin/sh', ['-c', printing], { encoding: 'utf8' }).split('\0').slice(0, -1);
}

/** Parses a line with the real commands, which are kept from doing anything. @throws where commander refuses it. */
function parse(line: string): Parsed {
  const program = cliProgram();
  let parsed: Parsed | undefined;
  for (const { command, words, subcommands } of everyNode(commandTree(program))) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    if (subcommands.length > 0) continue;
    command.action((...given: unknown[]) => {
      const self = given.at(-1) as Command;
      parsed = { command: words.join(' '), args: given.slice(0, -2), options: self.opts() };
    });
  }
  program.parse(wordsOf(line), { from: 'user' });
  if (parsed === undefined) throw new Error(`${line} is no whole command`);
  return parsed;
}

const leaves = everyNode(commandTree(cliProgram())).filter(({ subcommands }) => subcommands.length === 0);

test.each(leaves.map(({ words, command }) => [words.join(' '), command] as const))(
  '%s says what it does and shows an example that parses',
  (name, command) => {
    expect(command.description()).not.toBe('');
    const examples = examplesOf(command);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      // What the shell makes of the rest of the line is not for the command.
      expect(parse(example.replace(/ [<>] .*$/, '')).command).toBe(name);
    }
  },
);

describe('the words that the dashboard shows are commands', () => {
  const list = { filter: 'name~"a b"', sort: '-name', limit: 20 };
  test.each<[line: string, parsed: Partial<Parsed>]>([
    [cliWords.up(), { command: 'up' }],
    [cliWords.status(), { command: 'status' }],
    [cliWords.whoAmI(), { command: 'whoami' }],
    [
      cliWords.logIn('https://ai.example.com', 'ana@example.com'),
      { command: 'login', options: expect.objectContaining({ email: 'ana@example.com' }) },
    ],
    [cliWords.logOut(), { command: 'logout' }],
    [
      cliWords.inviteUser({ email: 'ana@example.com', role: 'operator' }),
      { command: 'user invite', args: ['ana@example.com'], options: { role: 'operator' } },
    ],
    [cliWords.listUsers(), { command: 'user list' }],
    [cliWords.showUser('ana@example.com'), { command: 'user show', args: ['ana@example.com'] }],
    [cliWords.setRole('ana@example.com', 'admin'), { command: 'user role', args: ['ana@example.com', 'admin'] }],
    [cliWords.disableUser('ana@example.com'), { command: 'user disable', args: ['ana@example.com'] }],
    [cliWords.enableUser('ana@example.com'), { command: 'user enable', args: ['ana@example.com'] }],
    [cliWords.createUserLink('ana@example.com'), { command: 'user link', args: ['ana@example.com'] }],
    [cliWords.deleteUser('ana@example.com'), { command: 'user delete', args: ['ana@example.com'] }],
    [cliWords.changePassword('ana@example.com'), { command: 'user password', args: ['ana@example.com'] }],
    [cliWords.createSetupCode(), { command: 'user setup-code' }],
    [cliWords.listKeys({ limit: 20 }), { command: 'key list', options: { limit: 20 } }],
    [cliWords.showKey('k1'), { command: 'key show', args: ['k1'] }],
    [
      cliWords.createKey({
        name: 'nightly run',
        actions: ['infer', 'read'],
        models: ['iris*', 'flowers'],
        ratePerSecond: 0.5,
        burst: 100,
        dailyQuota: 100_000_000_000,
        expires: '2126-01-01',
      }),
      {
        command: 'key create',
        args: ['nightly run'],
        options: {
          action: ['infer', 'read'],
          model: ['iris*', 'flowers'],
          rate: 0.5,
          burst: 100,
          dailyQuota: 100_000_000_000,
          expires: '2126-01-01T00:00:00.000Z',
        },
      },
    ],
    [cliWords.revokeKey('k1'), { command: 'key revoke', args: ['k1'] }],
    [cliWords.listModels(), { command: 'model list' }],
    [cliWords.showModel('iris'), { command: 'model show', args: ['iris'] }],
    [
      cliWords.pushModel('iris', './my model.onnx', {
        description: "Ana's",
        deploy: false,
        notes: 'second try',
        lineage: { dataset: 'iris 2026', accuracy: 0.97 },
      }),
      {
        command: 'model push',
        args: ['iris', './my model.onnx'],
        options: expect.objectContaining({
          description: "Ana's",
          deploy: false,
          notes: 'second try',
          lineage: { dataset: 'iris 2026', accuracy: 0.97 },
        }),
      },
    ],
    [cliWords.showVersion('iris', 2), { command: 'model show', args: ['iris'], options: { modelVersion: 2 } }],
    [
      cliWords.explainModel('iris', 2, 'gateway-1'),
      { command: 'model explain', args: ['iris'], options: { modelVersion: 2, gateway: 'gateway-1' } },
    ],
    [
      cliWords.importModel('iris', 'https://models.example.com/a.onnx?x=1&y'),
      { command: 'model import', args: ['iris', 'https://models.example.com/a.onnx?x=1&y'] },
    ],
    [cliWords.listVersions('iris', { sort: '-version' }), { command: 'model versions', options: { sort: '-version' } }],
    [cliWords.describeModel('iris', ''), { command: 'model describe', args: ['iris', ''] }],
    [
      cliWords.annotateVersion('iris', 2, { notes: '', lineage: { 'my set': 'a=b', loss: 0.5 }, dropped: ['old'] }),
      {
        command: 'model annotate',
        args: ['iris', 2],
        options: { notes: '', lineage: { 'my set': 'a=b', loss: 0.5 }, dropLineage: ['old'] },
      },
    ],
    [cliWords.deleteModel('iris'), { command: 'model delete', args: ['iris'], options: {} }],
    [cliWords.deleteVersion('iris', 2), { command: 'model delete', args: ['iris'], options: { modelVersion: 2 } }],
    [cliWords.listAliases('iris'), { command: 'alias list', args: ['iris'] }],
    [cliWords.setAlias('iris', 'champion', 3), { command: 'alias set', args: ['iris', 'champion', 3] }],
    [cliWords.removeAlias('iris', 'champion'), { command: 'alias remove', args: ['iris', 'champion'] }],
    [cliWords.aliasHistory('iris'), { command: 'alias history', args: ['iris'] }],
    [cliWords.listRoutes(), { command: 'route list' }],
    [cliWords.showRoute('iris'), { command: 'route show', args: ['iris'] }],
    [
      cliWords.splitRoute(
        'iris',
        [
          { version: 1, weight: 90 },
          { model: 'other', version: 'champion', weight: 0.5 },
        ],
        { stickyHeader: 'x-user', dryRun: true },
      ),
      {
        command: 'route split',
        args: ['iris', ['1=90', 'other@champion=0.5']],
        options: expect.objectContaining({ stickyHeader: 'x-user', dryRun: true }),
      },
    ],
    [cliWords.latestRoute('flowers', 'iris'), { command: 'route latest', args: ['flowers', 'iris'] }],
    [
      cliWords.rollbackRoute('iris', 3),
      { command: 'route rollback', args: ['iris'], options: expect.objectContaining({ revision: 3 }) },
    ],
    [cliWords.routeHistory('iris'), { command: 'route history', args: ['iris'] }],
    [cliWords.diffRoute('iris', 3, 5), { command: 'route diff', args: ['iris'], options: { from: 3, to: 5 } }],
    [cliWords.loadRoute('iris'), { command: 'route load', args: ['iris'] }],
    [cliWords.deleteRoute('iris'), { command: 'route delete', args: ['iris'] }],
    [cliWords.listGateways(), { command: 'gateway list' }],
    [cliWords.showGateway('gateway-1'), { command: 'gateway show', args: ['gateway-1'] }],
    [
      cliWords.traffic({ from: '7d', by: 'version', route: 'iris' }),
      { command: 'traffic', options: expect.objectContaining({ by: 'version', route: 'iris' }) },
    ],
    [cliWords.followEvents(), { command: 'events' }],
    [cliWords.listSettings(), { command: 'settings list' }],
    [cliWords.setSetting('log_level', 'debug'), { command: 'settings set', args: ['log_level', 'debug'] }],
    [cliWords.setSetting('session_timeout', 60), { command: 'settings set', args: ['session_timeout', '60'] }],
    [cliWords.resetSetting('log_level'), { command: 'settings reset', args: ['log_level'] }],
    [
      cliWords.listAudit({ filter: list.filter, limit: 20 }),
      { command: 'audit list', options: { filter: list.filter, limit: 20 } },
    ],
    [cliWords.verifyAudit(), { command: 'audit verify' }],
    [
      cliWords.exportAudit({ format: 'csv', from: '2026-01-31', file: 'audit.csv' }),
      { command: 'audit export', options: expect.objectContaining({ format: 'csv', file: 'audit.csv' }) },
    ],
  ])('%s', (line, parsed) => {
    expect(parse(line)).toMatchObject(parsed);
  });

  test('whatever stands in a name or a text, it arrives as it was', () => {
    const text = fc.string({ unit: fc.constantFrom(...`-o'"$\`\\ =ab~*!\n`), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, text, (name, description) => {
        expect(parse(cliWords.pushModel(name, './model.onnx', { description }))).toMatchObject({
          args: [name, './model.onnx'],
          options: { description },
        });
      }),
      { numRuns: 100 },
    );
  });
});
