import { describe, expect, it } from 'vitest';
import { provenanceOf, statesRevision } from './provenance.ts';
import type { ReleasedImage } from './release.ts';

const image: ReleasedImage = {
  name: 'gateway',
  reference: `registry.example/gateway@sha256:${'a'.repeat(64)}`,
  version: '0.1.0',
  revision: 'b'.repeat(40),
  builtAt: '2026-03-01T00:00:00Z',
};
const lineOf = (sha256: string, predicate: object): string =>
  JSON.stringify({
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(JSON.stringify({ subject: [{ digest: { sha256 } }], predicate })).toString('base64'),
  });

describe('where an image comes from', () => {
  it('is the revision of the release, and in a workflow the repository and its run', () => {
    const ofWorkflow = provenanceOf(image, {
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'ours/cluster-ai',
      GITHUB_RUN_ID: '7',
      GITHUB_WORKFLOW_REF: 'ours/cluster-ai/.github/workflows/ci-cd.yml@refs/heads/main',
    });
    expect(ofWorkflow).toMatchObject({
      buildDefinition: {
        resolvedDependencies: [
          {
            uri: `git+https://github.example/ours/cluster-ai@${image.revision}`,
            digest: { gitCommit: image.revision },
          },
        ],
      },
      runDetails: {
        builder: { id: 'https://github.example/ours/cluster-ai/.github/workflows/ci-cd.yml@refs/heads/main' },
        metadata: { invocationId: 'https://github.example/ours/cluster-ai/actions/runs/7' },
      },
    });
    expect(JSON.stringify(provenanceOf(image, {}))).toContain('#by-hand');
  });

  it('is believed for this digest and this revision alone', () => {
    const predicate = provenanceOf(image, {});
    expect(statesRevision(lineOf('a'.repeat(64), predicate), image)).toBe(true);
    expect(statesRevision(lineOf('c'.repeat(64), predicate), image)).toBe(false);
    const other = provenanceOf({ ...image, revision: 'c'.repeat(40) }, {});
    expect(statesRevision(lineOf('a'.repeat(64), other), image)).toBe(false);
    expect(statesRevision(`${lineOf('a'.repeat(64), other)}\n${lineOf('a'.repeat(64), predicate)}`, image)).toBe(true);
    expect(statesRevision('', image)).toBe(false);
  });
});
