import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { DatabaseKind } from './databases.ts';
import { imagesOfRelease } from './images/release.ts';

export const checkNames = ['vulnerabilities', 'licences', 'secrets', 'images'] as const;
export type CheckName = (typeof checkNames)[number];

export interface ScanOptions {
  /** The checkout that is looked at. */
  readonly tree: string;
  readonly only: ReadonlySet<CheckName>;
  readonly database: DatabaseKind;
  readonly images: readonly string[];
  readonly waivers: string;
  readonly vex: string;
  /** Where the reports go. */
  readonly report: string;
}

export const usage = `make security-scan ARGS="..."

  --only <checks>       of ${checkNames.join(', ')}; several with commas; all unless told
  --image <reference>   an image to look into, may be given again: docker://registry/name@sha256:..., oci:<folder>,
                        or the name of one in the Docker engine
  --release <file>      the images of a release.json, by digest
  --database <kind>     real (the feeds of Trivy and Grype, fetched anew) or fixture (five records, to try the gate)
  --waivers <file>      security/waivers.yaml unless told
  --vex <folder>        security/vex unless told
  --tree <folder>       another checkout than this one
  --report <folder>     where report.json and report.sarif go; security-report unless told

Ends with 0 when nothing blocks, 1 when something does, 2 when something could not be judged, 64 for other words.
SNYK_TOKEN (and SNYK_ORG) asks Snyk as well, CLAIR_URL a Clair server.`;

const root = join(import.meta.dirname, '..', '..');

/** @throws ClusterError INVALID_ARGUMENT with the words that are known */
export function readOptions(args: readonly string[]): ScanOptions | 'help' {
  const { values } = parse(args);
  if (values.help === true) return 'help';
  const only = (values.only ?? checkNames.join(',')).split(',').map((word) => {
    const known = checkNames.find((name) => name === word.trim());
    if (known === undefined) throw wrong(`there is no check '${word}': write some of ${checkNames.join(', ')}`);
    return known;
  });
  const { database } = values;
  if (database !== 'real' && database !== 'fixture') throw wrong(`--database is real or fixture, not '${database}'`);
  const released = values.release === undefined ? [] : imagesOfRelease(textOf(values.release), values.release);
  const tree = resolve(values.tree ?? root);
  return {
    tree,
    only: new Set(only),
    database,
    images: [...values.image, ...released.map(({ reference }) => `docker://${reference}`)],
    waivers: resolve(values.waivers ?? join(tree, 'security/waivers.yaml')),
    vex: resolve(values.vex ?? join(tree, 'security/vex')),
    report: resolve(values.report ?? join(root, 'security-report')),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`${path} cannot be read: ${String(error)}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        image: { type: 'string', multiple: true, default: [] },
        release: { type: 'string' },
        database: { type: 'string', default: 'real' },
        waivers: { type: 'string' },
        vex: { type: 'string' },
        tree: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

const wrong = (message: string): ClusterError => new ClusterError('INVALID_ARGUMENT', message, { fix: usage });
