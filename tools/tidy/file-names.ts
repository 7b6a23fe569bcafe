import { dirname, extname } from 'node:path/posix';
import { isMarkdown, nameOf, type Rule } from './repository.ts';

const bannedWords: Readonly<Record<string, string>> = {
  util: 'Name the file after the one thing that its functions do.',
  utils: 'Name the file after the one thing that its functions do.',
  helper: 'Name the file after what it helps with, as a noun of the field.',
  helpers: 'Name the file after what it helps with, as a noun of the field.',
  common: 'Put each part beside the code that owns it.',
  misc: 'Put each part beside the code that owns it.',
  manager: 'Name what it does: a pool, a registry, a scheduler, a supervisor.',
};

const heldExtensions = new Set([
  '.ts',
  '.tsx',
  '.mts',
  '.js',
  '.mjs',
  '.css',
  '.json',
  '.md',
  '.sh',
  '.sql',
  '.yml',
  '.yaml',
  '.html',
]);

/** Names that readers and tools know by their own spelling. */
const knownNames = new Set([
  'README.md',
  'README.pt-BR.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
]);

/** What Helm calls the file that describes a chart. */
const chartFile = /^deployments\/helm\/[a-z0-9-]+\/Chart\.yaml$/;

const kebabCase = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
/** 0001_registry.sql; tensorflow-serving_core.ts, which translates from one to the other. */
const numberedOrTranslating = /^(?:\d{4}_[a-z0-9_]+\.sql|[a-z0-9-]+_[a-z0-9-]+(?:\.test)?\.ts)$/;

/** Files and folders are kebab-case and say what they hold. */
export const fileNames: Rule = ({ files }) =>
  files.flatMap(({ path }) => {
    if (!heldExtensions.has(extname(path))) return [];
    const message = judge(path);
    return message === undefined ? [] : [{ path, line: 1, message }];
  });

function judge(path: string): string | undefined {
  const name = nameOf(path);
  const words = path.toLowerCase().split(/[/._-]/);
  const banned = words.find((word) => Object.hasOwn(bannedWords, word));
  if (banned !== undefined) return `the name '${banned}' says nothing about what is inside. ${bannedWords[banned]}`;
  if ((knownNames.has(name) && isMarkdown(path)) || chartFile.test(path)) return undefined;
  const folders = dirname(path)
    .split('/')
    .filter((folder) => folder !== '.');
  const odd = folders.find((folder) => !/^[.a-z0-9_-]+$/.test(folder));
  if (odd !== undefined) return `the folder '${odd}' is not kebab-case. Write small letters, digits and hyphens.`;
  if (kebabCase.test(name) || numberedOrTranslating.test(name)) return undefined;
  return `'${name}' is not kebab-case. Write small letters, digits and hyphens, such as 'form-batches.ts'.`;
}
