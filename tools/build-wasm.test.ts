import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compiledModule, renderCompiledModule } from './build-wasm.ts';

test('the compiled module is what its sources compile to', async () => {
  expect(readFileSync(compiledModule, 'utf8')).toBe(await renderCompiledModule());
});
