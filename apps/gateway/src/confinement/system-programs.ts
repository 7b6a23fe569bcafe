import { accessSync, constants } from 'node:fs';

/** Programs of util-linux that shut runners in; null for one that is not there. */
export interface SystemPrograms {
  readonly prlimit: string | null;
  readonly unshare: string | null;
  readonly setpriv: string | null;
  readonly sh: string | null;
}

/** Not PATH: what confines runners is not to be taken from wherever a variable points. */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

export function findSystemPrograms(): SystemPrograms {
  if (process.platform !== 'linux') return { prlimit: null, unshare: null, setpriv: null, sh: null };
  return { prlimit: find('prlimit'), unshare: find('unshare'), setpriv: find('setpriv'), sh: find('sh') };
}

function find(name: string): string | null {
  return folders.map((folder) => `${folder}/${name}`).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // It is not there, or not for this user.
    return false;
  }
}
