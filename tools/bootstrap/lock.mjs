import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const waitMsMax = 15 * 60_000;
const pollMs = 250;

/**
 * Two doors may be opened at once (make up, make test): one prepares, the other waits for it.
 * @param {string} root
 * @param {() => void} work
 */
export async function withLock(root, work) {
  const path = join(root, '.tools', 'bootstrap.lock');
  mkdirSync(join(root, '.tools'), { recursive: true });
  await acquire(path);
  const release = () => rmSync(path, { force: true });
  process.on('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  work();
}

async function acquire(path) {
  const giveUpAt = performance.now() + waitMsMax;
  for (let waiting = false; performance.now() < giveUpAt; waiting = true) {
    if (create(path)) return;
    const pid = Number(readFileSync(path, 'utf8'));
    if (!isRunning(pid)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waiting) console.log(`Another make (process ${pid}) is preparing this checkout: waiting for it.`);
    await sleep(pollMs);
  }
  throw new Error(
    `another make has prepared this checkout for ${waitMsMax / 60_000} minutes. If none runs, delete ${path}.`,
  );
}

function create(path) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
