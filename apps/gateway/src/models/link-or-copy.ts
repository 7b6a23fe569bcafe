import { copyFile, link } from 'node:fs/promises';

/** Puts a file in a second place, without its bytes where the file system can. @throws Error of the file system. */
export async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    // Another disk, or a file system without links: the bytes have to be copied.
    await copyFile(source, target);
  }
}
