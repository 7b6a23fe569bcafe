import { describe, expect, it } from 'vitest';
import { bundleSbom } from './bundle-sbom.ts';

const program = { name: 'gateway', version: '0.1.0' };
const locked = {
  'node_modules/undici': { version: '7.1.0', license: 'MIT', integrity: 'sha512-AAAA' },
  'node_modules/undici/node_modules/@scope/deep': { version: '1.0.0' },
  'node_modules/vitest': { version: '5.0.0', license: 'MIT' },
};
const sbomOf = (...modules: readonly string[]) => bundleSbom(program, modules, '/repo', locked);

describe('the list beside a bundle', () => {
  it('has each package that files of went into it, with its version and hash, once', () => {
    const modules = [
      '/repo/apps/gateway/src/main.ts',
      '/repo/node_modules/undici/index.js',
      '/repo/node_modules/undici/lib/agent.js',
      '/repo/node_modules/undici/node_modules/@scope/deep/a.js',
      'node:fs',
    ];
    expect(sbomOf(...modules)).toMatchObject({
      bomFormat: 'CycloneDX',
      components: [
        {
          name: 'undici',
          version: '7.1.0',
          purl: 'pkg:npm/undici@7.1.0',
          hashes: [{ alg: 'SHA-512', content: '000000' }],
        },
        { name: '@scope/deep', purl: 'pkg:npm/%40scope/deep@1.0.0' },
      ],
    });
    expect(sbomOf(...modules.toReversed())).toEqual(sbomOf(...modules));
  });

  it('is refused for a package that nobody has locked', () => {
    expect(() => sbomOf('/repo/node_modules/stray/index.js')).toThrow('node_modules/stray, which is not locked');
  });
});
