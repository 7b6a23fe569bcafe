import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveWriter } from '@cluster-ai/platform/backup/archive-writer.ts';
import { expect, test } from 'vitest';
import { readArchive, skipPart } from './read-archive.ts';

test.each(['no JSON', '{"another":"form"}'])(
  'a backup that is described by %s is told as not understood',
  async (text) => {
    const folder = mkdtempSync(join(tmpdir(), 'read-archive-'));
    const path = join(folder, 'all.backup');
    const writer = await ArchiveWriter.create(path, null, new Date());
    await writer.part('description', [Buffer.from(text)]);
    await writer.finish();
    const options = { path, passphrase: async () => null, onProgress: () => undefined };
    await expect(readArchive(options, (part) => skipPart(part))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: `${path} cannot be understood: its description has another form`,
    });
    rmSync(folder, { recursive: true });
  },
);
