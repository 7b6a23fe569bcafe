import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chart, helm } from './render.ts';

function notesOf(scenario: string): string {
  const args = ['install', 'cluster-ai', chart, '--namespace', 'cluster-ai', '--dry-run=client', '--values'];
  const { stdout, stderr } = spawnSync(helm, [...args, join(chart, 'ci', `${scenario}-values.yaml`)], {
    encoding: 'utf8',
  });
  return /\nNOTES:\n(.*)/s.exec(stdout)?.[1] ?? stderr;
}

test('the notes lead to the first administrator, and say what is missing', () => {
  const notes = notesOf('default');
  expect(notes).toMatch(/get secret cluster-ai-auth .*admin-token/);
  expect(notes).toContain('/api/v1/setup/code');
  expect(notes).toContain('kubectl -n cluster-ai create secret tls cluster-ai-tls');
  expect(notes).toContain('networkPolicy.ingressControllerFrom');
  expect(notes).toContain('helm -n cluster-ai rollback cluster-ai 0');
});

test('without an Ingress they say how to get in', () => {
  expect(notesOf('small')).toContain('port-forward service/cluster-ai-frontend 3000');
});
