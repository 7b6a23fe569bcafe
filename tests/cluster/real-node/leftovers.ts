import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Ends the pods of a node that was stopped, and undoes what they mounted and what the kernel keeps of them. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
  await delay(500);
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  // The innermost first.
  for (const path of mounted.toReversed()) execFileSync('umount', ['--lazy', path]);
  for (const path of globSync('/run/netns/cni-*')) execFileSync('ip', ['netns', 'delete', basename(path)]);
  for (const top of globSync('/sys/fs/cgroup/{*/,}kubepods')) {
    // Its files are the kernel's, and go with the folder.
    const folders = globSync('**', { cwd: top, withFileTypes: true }).filter((entry) => entry.isDirectory());
    const paths = [top, ...folders.map((entry) => join(entry.parentPath, entry.name))];
    for (const path of new Set(paths.toSorted((a, b) => b.length - a.length))) if (existsSync(path)) rmdirSync(path);
  }
}

/** The shims of this containerd, by their command line, and all that they started. */
function processesOf(folder: string): number[] {
  const all = globSync('/proc/[0-9]*').flatMap((path) => {
    try {
      const command = readFileSync(`${path}/cmdline`, 'utf8');
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`${path}/status`, 'utf8'))?.[1];
      return [{ pid: Number(basename(path)), parent: Number(parent), command }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
  const found = new Set(
    all.filter(({ command }) => command.includes('containerd-shim') && command.includes(folder)).map(({ pid }) => pid),
  );
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
