import { expect, test } from 'vitest';
import { cliWords } from './cli-words.ts';

test('each word of a command is there, quoted where the shell would read it as something else', () => {
  expect(cliWords.inviteUser({ email: 'ana@example.com', role: 'viewer' })).toBe(
    'cluster-ai user invite ana@example.com --role viewer',
  );
  expect(
    cliWords.createKey({
      name: 'nightly run',
      actions: ['infer', 'read'],
      models: ['iris*'],
      ratePerSecond: 50,
      burst: 100,
      dailyQuota: 100_000,
      expires: '90d',
    }),
  ).toBe(
    "cluster-ai key create 'nightly run' --action infer --action read --model 'iris*' --rate 50 --burst 100 --daily-quota 100000 --expires 90d",
  );
  expect(cliWords.createKey({ name: 'ci', models: null, ratePerSecond: null })).toBe('cluster-ai key create ci');
});

test('a split names the model of a variant only where it is given', () => {
  expect(
    cliWords.splitRoute(
      'iris',
      [
        { version: 1, weight: 90 },
        { model: 'other', version: 2, weight: 10 },
      ],
      { stickyHeader: 'x-user' },
    ),
  ).toBe('cluster-ai route split iris 1=90 other@2=10 --sticky-header x-user');
});

test('what is left out is not said', () => {
  expect(cliWords.pushModel('iris', './model.onnx')).toBe('cluster-ai model push iris ./model.onnx');
  expect(cliWords.pushModel('iris', './model.onnx', { deploy: false })).toBe(
    'cluster-ai model push iris ./model.onnx --no-deploy',
  );
  expect(cliWords.rollbackRoute('iris')).toBe('cluster-ai route rollback iris');
  expect(cliWords.rollbackRoute('iris', 3)).toBe('cluster-ai route rollback iris --revision 3');
  expect(cliWords.latestRoute('iris', 'iris')).toBe('cluster-ai route latest iris');
  expect(cliWords.listUsers({ filter: 'role=admin name~"ana b"', sort: '-createdAt' })).toBe(
    `cluster-ai user list --filter 'role=admin name~"ana b"' --sort=-createdAt`,
  );
});
