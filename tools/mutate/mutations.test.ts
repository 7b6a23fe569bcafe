import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mutationsOf } from './mutations.ts';

const names = (path: string, text: string) => mutationsOf(path, text).map(({ name }) => name);

describe('mutationsOf', () => {
  it('empties any file', () => {
    expect(mutationsOf('backup/scripts/dump.sh', '#!/bin/sh\npg_dump\n')).toEqual([{ name: 'emptied', text: '' }]);
  });

  it('empties each stage of a Dockerfile and keeps its FROM', () => {
    const text = 'ARG BASE=a\nFROM a AS build\nRUN make\n\nFROM b\nCOPY --from=build /x /x\n';
    expect(mutationsOf('web/Dockerfile', text)).toEqual([
      { name: 'emptied', text: '' },
      { name: 'stage build emptied', text: 'ARG BASE=a\nFROM a AS build\n\nFROM b\nCOPY --from=build /x /x\n' },
      { name: 'stage 2 emptied', text: 'ARG BASE=a\nFROM a AS build\nRUN make\n\nFROM b\n\n' },
    ]);
  });

  it('removes each document of a manifest that has several', () => {
    const text = '# why\nkind: Service\n---\nkind: Deployment\nspec: {}\n';
    expect(mutationsOf('k8s/backend.yaml', text).map(({ text: left }) => left)).toEqual([
      '',
      '---\nkind: Deployment\nspec: {}\n',
      '# why\nkind: Service\n',
    ]);
    expect(names('k8s/backend.yaml', text)).toEqual([
      'emptied',
      'document 1 Service removed',
      'document 2 Deployment removed',
    ]);
  });

  it('removes each job of a workflow', () => {
    const text = 'on: push\njobs:\n  test:\n    steps: []\n  ship:\n    needs: test\n';
    expect(mutationsOf('.github/workflows/ci.yml', text).map(({ text: left }) => left)).toEqual([
      '',
      'on: push\njobs:\n  ship:\n    needs: test\n',
      'on: push\njobs:\n  test:\n    steps: []\n',
    ]);
  });

  it('removes each block of nginx with the blocks inside it', () => {
    const text = 'http {\n  server {\n    location / {\n      return 404;\n    }\n  }\n  upstream a {\n  }\n}\n';
    expect(mutationsOf('web/nginx.conf', text).map(({ text: left }) => left)).toEqual([
      '',
      'http {\n\n  upstream a {\n  }\n}\n',
      'http {\n  server {\n\n  }\n  upstream a {\n  }\n}\n',
      'http {\n  server {\n    location / {\n      return 404;\n    }\n  }\n\n}\n',
    ]);
  });

  it('never hands back the file as it was', () => {
    const path = fc.constantFrom('a/Dockerfile', 'a.yaml', '.github/workflows/a.yml', 'nginx.conf', 'a.sh');
    const line = fc.constantFrom('FROM a', 'FROM a AS b', 'jobs:', '  one:', '---', 'kind: A', 'server {', '}', '');
    fc.assert(
      fc.property(path, fc.array(line), (file, lines) => {
        const text = lines.join('\n');
        expect(mutationsOf(file, text).map((mutation) => mutation.text)).not.toContain(text);
      }),
    );
  });
});
