#!/usr/bin/env node
// Makes a checkout ready to run: the pinned Node, the npm packages, the dashboard, the programs, the example models.
// Plain JavaScript without dependencies, because it runs before any of these exist, on any Node >= 20.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboardStep } from './bootstrap/dashboard.mjs';
import { withLock } from './bootstrap/lock.mjs';
import { measureDownloads } from './bootstrap/measure-downloads.mjs';
import { modelsStep } from './bootstrap/models.mjs';
import { nodeStep } from './bootstrap/pinned-node.mjs';
import { packagesStep } from './bootstrap/packages.mjs';
import { programsStep } from './bootstrap/programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In this order: each step runs on what the ones before it made. */
const steps = [nodeStep, packagesStep, dashboardStep, programsStep, modelsStep];

async function bootstrap() {
  const startedAt = performance.now();
  if (steps.every((step) => step.isDone(root))) {
    console.log(`Everything is in place (checked in ${seconds(startedAt)} s).`);
    return;
  }
  await withLock(root, () => {
    const downloads = measureDownloads(root);
    for (const step of steps) {
      if (step.isDone(root)) continue;
      const stepStartedAt = performance.now();
      process.stdout.write(`${step.title} ... `);
      step.run(root);
      console.log(`${seconds(stepStartedAt)} s`);
    }
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    console.log(`Ready after ${minutes} minutes; ${downloads.summary()}.`);
  });
}

/** @param {number} startedAt milliseconds of performance.now() */
function seconds(startedAt) {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

try {
  await bootstrap();
} catch (error) {
  console.error(`\n\nCluster AI could not be made ready: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
