import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVex } from '../../../tools/security-scan/gate/vex.ts';
import { readWaivers } from '../../../tools/security-scan/gate/waivers.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('what is said about weaknesses (security/)', () => {
  it('waivers.yaml is a list, each with an owner, a reason and an end that is near', () => {
    expect(readWaivers(read('security/waivers.yaml'), 'security/waivers.yaml', new Date())).toBeInstanceOf(Array);
  });

  it('each document of OpenVEX keeps its form and says something', () => {
    const documents = readdirSync(join(root, 'security/vex'));
    expect(documents).toContain('cluster-ai.openvex.json');
    for (const name of documents) expect(readVex(read(`security/vex/${name}`), name).length).toBeGreaterThan(0);
  });

  it('what gitleaks may pass over is named by file and rule, and the files are there', () => {
    const text = read('security/gitleaks.toml');
    expect(text).toMatch(/^\[extend\]\nuseDefault = true$/m);
    const entries = text.split('[[allowlists]]').slice(1);
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) {
      expect(entry).toMatch(/^description = ".{20,}"$/m);
      expect(entry).toMatch(/^targetRules = \["[a-z-]+"\]$/m);
      const [, paths = ''] = /^paths = \[(.*)\]$/m.exec(entry) ?? [];
      const names = Array.from(paths.matchAll(/'''\^(.*?)\$'''/g), ([, name = '']) => name.replaceAll('\\', ''));
      expect(names.length).toBeGreaterThan(0);
      expect(names.filter((name) => !existsSync(join(root, name)))).toEqual([]);
    }
  });
});
