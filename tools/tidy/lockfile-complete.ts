import { lineAt, type Rule } from './repository.ts';

interface Lockfile {
  readonly packages?: Record<string, { readonly optionalDependencies?: Record<string, string> }>;
}

/** npm ci refuses a lockfile that lacks the packages of other platforms; npm install behind some mirrors writes one. */
export const lockfileIsComplete: Rule = ({ files }) => {
  const file = files.find(({ path }) => path === 'package-lock.json');
  if (file === undefined) return [];
  // Written by npm, which has checked its shape.
  const { packages = {} } = JSON.parse(file.text) as Lockfile;
  const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  return Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) => {
    const missing = Object.keys(optionalDependencies).filter((name) => !locked.has(name));
    if (missing.length === 0) return [];
    const message = `${missing[0]} and ${missing.length - 1} more are missing below ${parent}. Run node tools/complete-lockfile.mjs.`;
    return [{ path: file.path, line: lineAt(file.text, file.text.indexOf(`"${parent}"`)), message }];
  });
};
