import { expect, test } from 'vitest';
import { dataOperation, userName } from './data-operation.ts';

test('who did it is noted, also where the user has no name', () => {
  expect(dataOperation('backup', { file: 'all.backup' }).values[2]).toMatch(
    /^\{"file":"all.backup","by":"[^"]+@[^"]+"\}$/,
  );
  const nameless = () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  };
  expect(userName(nameless)).toBe(`user number ${process.getuid?.()}`);
});
