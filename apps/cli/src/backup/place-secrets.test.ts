import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { placeSecrets } from './place-secrets.ts';

const home = mkdtempSync(join(tmpdir(), 'place-secrets-'));
/** Memory, which is never on the disk of the data folder. */
const elsewhere = mkdtempSync('/dev/shm/place-secrets-');
afterAll(() => {
  for (const folder of [home, elsewhere]) rmSync(folder, { recursive: true });
});

test('tokens and storage on another disk are replaced, what stood there is kept, and once more changes nothing', async () => {
  expect(statSync(elsewhere).dev).not.toBe(statSync(home).dev);
  const places = {
    home,
    storage: join(elsewhere, 'storage'),
    storageIsShared: true,
    secrets: {
      'admin-token': join(elsewhere, 'admin/token'),
      'gateway-token': join(elsewhere, 'gateway/token'),
      'predict-token-key.pem': join(home, 'predict-token-key.pem'),
      'control-plane-id': join(home, 'control-plane-id'),
    },
  };
  const before: readonly [folder: string, name: string, text: string][] = [
    ['admin', 'token', 'the admin of before\n'],
    ['gateway', 'token', 'the same gateway\n'],
    ['storage', 'installation-id', 'the epoch of before\n'],
  ];
  for (const [folder, name, text] of before) {
    mkdirSync(join(elsewhere, folder), { recursive: true });
    writeFileSync(join(elsewhere, folder, name), text, { mode: 0o600 });
  }
  const aside = join(home, 'replaced');
  const restored = {
    epoch: 'the new epoch',
    secrets: new Map([
      ['admin-token', 'the admin of the backup\n'],
      ['gateway-token', 'the same gateway\n'],
      ['control-plane-id', 'an id\n'],
    ] as const),
  };
  await placeSecrets(restored, places, aside, null);
  expect(readFileSync(join(elsewhere, 'admin/token'), 'utf8')).toBe('the admin of the backup\n');
  expect(readFileSync(join(elsewhere, 'storage/installation-id'), 'utf8')).toBe('the new epoch\n');
  expect(readFileSync(join(home, 'control-plane-id'), 'utf8')).toBe('an id\n');
  expect(readdirSync(aside).toSorted()).toEqual(['admin-token', 'installation-id']);
  expect(readFileSync(join(aside, 'admin-token'), 'utf8')).toBe('the admin of before\n');

  const asideOfAgain = join(home, 'replaced-again');
  await placeSecrets(restored, places, asideOfAgain, null);
  expect(existsSync(asideOfAgain)).toBe(false);
});
