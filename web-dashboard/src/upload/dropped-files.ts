import { filesMax, type SourceFile } from './chosen-files.ts';

/** Files that were chosen in a field. */
export function pickedFiles(files: FileList | null): SourceFile[] {
  return [...(files ?? [])].map((file) => ({ file, relativePath: file.webkitRelativePath }));
}

/** Files that were dropped, folders with all that is in them. */
export async function droppedFiles(transfer: DataTransfer): Promise<SourceFile[]> {
  // The list is empty as soon as the event is over: the entries are taken at once.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: SourceFile[] = [];
  for (const entry of entries) await collect(entry, '', found);
  return found;
}

async function collect(entry: FileSystemEntry, folder: string, found: SourceFile[]): Promise<void> {
  if (found.length > filesMax) return;
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ file, relativePath: folder === '' ? '' : path });
  } else if (isDirectory(entry)) {
    for (const child of await children(entry)) await collect(child, path, found);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** The reader gives a part at a time; an empty part is the end. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0 || all.length > filesMax) return all;
    all.push(...part);
  }
}
