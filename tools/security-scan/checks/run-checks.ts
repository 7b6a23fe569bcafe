import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { grypeDatabase, trivyDatabase } from '../databases.ts';
import { imageLayout } from '../images/oci-layout.ts';
import type { ScanOptions } from '../options.ts';
import { copyTree } from '../tree-copy.ts';
import { attempt, notRun, type Outcome } from './check.ts';
import { askClair } from './clair.ts';
import { checkLicences } from './licences.ts';
import { secretsInHistory, secretsInLayers, secretsInTree } from './secrets.ts';
import { askSnyk } from './snyk.ts';
import { scanWithGrype, scanWithTrivy, type Subject } from './vulnerabilities.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** All checks that were asked for, one after the other; one that fails keeps none of the others from being told. */
export async function runChecks(options: ScanOptions, scratch: string, environment: Environment): Promise<Outcome[]> {
  const { tree, only, images } = options;
  const outcomes: Outcome[] = [];
  if (only.has('licences')) outcomes.push(await attempt('licences', () => checkLicences(tree)));
  if (only.has('secrets')) outcomes.push(...(await checkSecrets(tree, scratch)));
  if (only.has('vulnerabilities')) outcomes.push(...(await checkTree(options, scratch, environment)));
  if (!only.has('images')) return outcomes;
  if (images.length === 0) outcomes.push(notRun('images', 'none was named (--image, --release)'));
  for (const reference of images) outcomes.push(...(await checkImage(reference, options, scratch, environment)));
  return outcomes;
}

async function checkSecrets(tree: string, scratch: string): Promise<Outcome[]> {
  const where = { scratch, configuration: join(import.meta.dirname, '../../../security/gitleaks.toml') };
  return [
    await attempt('secrets: history', () => secretsInHistory(tree, where)),
    await attempt('secrets: the tree', async () => {
      const folder = await mkdtemp(join(scratch, 'tree-'));
      await copyTree(tree, folder, false);
      return secretsInTree({ kind: 'tree', name: 'the tree', folder }, where);
    }),
  ];
}

async function checkTree(options: ScanOptions, scratch: string, environment: Environment): Promise<Outcome[]> {
  const folder = await mkdtemp(join(scratch, 'shipped-'));
  await copyTree(options.tree, folder, true);
  const subject: Subject = { kind: 'tree', name: 'the tree', folder };
  return [
    ...(await scanPackages(subject, options, scratch)),
    await attempt('snyk', () => askSnyk(options.tree, environment)),
  ];
}

async function scanPackages(subject: Subject, { database }: ScanOptions, scratch: string): Promise<Outcome[]> {
  return [
    await attempt(`trivy: ${subject.name}`, async () => scanWithTrivy(subject, await trivyDatabase(database, scratch))),
    await attempt(`grype: ${subject.name}`, async () => scanWithGrype(subject, await grypeDatabase(database, scratch))),
  ];
}

async function checkImage(
  reference: string,
  options: ScanOptions,
  scratch: string,
  environment: Environment,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const looked = await attempt(`image: ${reference}`, async () => {
    const layout = await imageLayout(reference, scratch);
    const sbom = join(await mkdtemp(join(scratch, 'sbom-')), 'image.syft.json');
    const { folder, digest } = layout;
    const subject: Subject = { kind: 'image', name: reference, folder, digest, sbom };
    const where = { scratch, configuration: join(import.meta.dirname, '../../../security/gitleaks.toml') };
    outcomes.push(
      ...(await scanPackages(subject, options, scratch)),
      await attempt(`secrets: ${reference}`, () => secretsInLayers(subject, where)),
      await attempt(`clair: ${reference}`, () => askClair(reference, layout, environment)),
    );
    return { name: `image: ${reference}`, state: 'done', detail: layout.digest, vulnerabilities: [], problems: [] };
  });
  return [looked, ...outcomes];
}
