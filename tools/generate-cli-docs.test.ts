import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliPage, renderCliPage } from './generate-cli-docs.ts';

test('the page of commands is what they are: run `node tools/generate-cli-docs.ts` when it is not', () => {
  expect(readFileSync(cliPage, 'utf8')).toBe(renderCliPage());
});

test('every command of the index has its heading', () => {
  const page = renderCliPage();
  const anchors = [...page.matchAll(/\(#(cluster-ai-[a-z-]+)\)/g)].map(([, anchor]) => anchor);
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading.replaceAll(' ', '-'));
  expect(anchors).toEqual(headings);
  expect(headings).toContain('cluster-ai-user-invite');
});
