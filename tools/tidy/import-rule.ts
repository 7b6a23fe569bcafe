import { dirname, join, normalize } from 'node:path/posix';
import type { ImportPermissions, Permission, RestrictedPackage, WorkspacePermission } from './import-permissions.ts';
import { isJavaScript, isTest, isTypeScript, lineAt } from './repository.ts';
import type { Finding, Repository, RepositoryFile, Rule } from './repository.ts';
import { syntaxOf, type ImportStatement } from './syntax.ts';

const permissionsFile = 'tools/tidy/import-permissions.ts';
const testkit = 'packages/testkit';
const scope = '@cluster-ai/';

/** Holds every import to the permissions, and every permission to an import that uses it. */
export function importRule(permissions: ImportPermissions): Rule {
  return (repository) => {
    const sources = repository.files.filter(({ path }) => isTypeScript(path) || isJavaScript(path));
    const used = new Set<string>();
    const broken = sources.flatMap((file) =>
      syntaxOf(file).imports.flatMap((statement) => {
        const message = judge(permissions, file, statement, used);
        return message === undefined ? [] : [{ path: file.path, line: statement.line, message }];
      }),
    );
    return [...broken, ...stalePermissions(permissions, used, repository)];
  };
}

/** @returns the sentence for the reader, or undefined when the import is permitted; notes the permission it used. */
function judge(
  permissions: ImportPermissions,
  file: RepositoryFile,
  { specifier }: ImportStatement,
  used: Set<string>,
): string | undefined {
  const from = workspaceOf(permissions, file.path);
  if (from === undefined) return undefined;
  if (specifier.startsWith('node:')) return judgeNode(from, file, specifier);
  if (!specifier.startsWith('.') && !specifier.startsWith(scope)) {
    return judgePackage(permissions.restrictedPackages, file, specifier, used);
  }
  const target = targetOf(permissions, file, specifier);
  if (target === undefined) return undefined;
  const to = workspaceOf(permissions, target);
  if (to === undefined) return undefined;
  if (to === from) return judgeFeature(file, target);
  if (specifier.startsWith('.') && hasPackageName(to)) {
    return `'${specifier}' leaves ${from.folder} by its path. Import ${nameOf(to)} by its package name instead.`;
  }
  return judgeWorkspaces(from, to, file, used);
}

function judgeNode(from: WorkspacePermission, file: RepositoryFile, specifier: string): string | undefined {
  // Settings of a build tool stand beside src/ and never reach the browser.
  const shipped = file.path.startsWith(`${from.folder}/src/`) && !isTest(file.path);
  if (from.browserSafe === undefined || !shipped) return undefined;
  return (
    `${from.folder} also runs in browsers, so it may not import '${specifier}'. ` +
    'Take what it gives as an argument, or move this code to packages/platform.'
  );
}

function judgePackage(
  restricted: readonly RestrictedPackage[],
  file: RepositoryFile,
  specifier: string,
  used: Set<string>,
): string | undefined {
  const rule = restricted.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (rule === undefined) return undefined;
  const folders = rule.allowedIn.map(folderOf);
  const folder = folders.find((allowed) => file.path.startsWith(`${allowed}/`));
  if (folder !== undefined) used.add(`${folder} → ${rule.name}`);
  // A test may look at the part beside it from the other side.
  if (folder !== undefined || isTest(file.path)) return undefined;
  return `'${rule.name}' may be imported only in ${folders.join(', ')}. ${rule.instead}`;
}

function judgeFeature(file: RepositoryFile, target: string): string | undefined {
  const feature = /^apps\/control-plane\/src\/features\/([^/]+)\/(.+)$/.exec(target);
  if (feature === null || isTest(file.path)) return undefined;
  const [, name, inside] = feature;
  if (inside === 'index.ts' || file.path.startsWith(`apps/control-plane/src/features/${name}/`)) return undefined;
  return (
    `this reaches past the public face of the feature '${name}'. ` +
    `Import features/${name}/index.ts, and export there what is needed.`
  );
}

function judgeWorkspaces(
  from: WorkspacePermission,
  to: WorkspacePermission,
  file: RepositoryFile,
  used: Set<string>,
): string | undefined {
  if (from.mayImport.some((permission) => folderOf(permission) === to.folder)) {
    used.add(`${from.folder} → ${to.folder}`);
    return undefined;
  }
  if (to.folder === testkit) {
    if (isTest(file.path)) return undefined;
    return 'only tests may import testkit. Move this code into a *.test.ts file, or what it needs out of testkit.';
  }
  if (isApp(from) && isApp(to)) {
    return (
      `apps never import apps: ${nameOf(from)} may not import ${nameOf(to)}. ` +
      'Move what both need into a package, or start the other as a process.'
    );
  }
  return (
    `${nameOf(from)} may not import ${nameOf(to)}. Move what both need into a package that both may import ` +
    `(${permissionsFile} lists them), or take it as an argument.`
  );
}

function stalePermissions(permissions: ImportPermissions, used: Set<string>, repository: Repository): Finding[] {
  const workspaces = permissions.workspaces.flatMap(({ folder, mayImport }) =>
    mayImport.map((permission) => ({ permission, edge: `${folder} → ${folderOf(permission)}`, near: folder })),
  );
  const packages = permissions.restrictedPackages.flatMap(({ name, allowedIn }) =>
    allowedIn.map((permission) => ({ permission, edge: `${folderOf(permission)} → ${name}`, near: name })),
  );
  return [...workspaces, ...packages].flatMap(({ permission, edge, near }) => {
    const reserved = typeof permission !== 'string';
    if (used.has(edge) !== reserved) return [];
    const message = reserved
      ? `the permission '${edge}' is used now. Remove its 'reserved'.`
      : `no file uses the permission '${edge}'. Remove it, or write { folder, reserved: '<what will use it>' }.`;
    return [{ path: permissionsFile, line: lineInPermissions(repository, near), message }];
  });
}

function lineInPermissions({ files }: Repository, near: string): number {
  const text = files.find(({ path }) => path === permissionsFile)?.text ?? '';
  return lineAt(text, Math.max(0, text.indexOf(`'${near}'`)));
}

/** @returns the path of the imported file, relative to the root; undefined for a package that is not ours. */
function targetOf(permissions: ImportPermissions, file: RepositoryFile, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(file.path), specifier));
  const [name = '', ...rest] = specifier.slice(scope.length).split('/');
  const workspace = permissions.workspaces.find((candidate) => nameOf(candidate) === name);
  return workspace === undefined ? undefined : join(workspace.folder, 'src', ...rest);
}

function workspaceOf({ workspaces }: ImportPermissions, path: string): WorkspacePermission | undefined {
  return workspaces.find(({ folder }) => path.startsWith(`${folder}/`));
}

function nameOf({ folder }: WorkspacePermission): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}

/** The folders at the root (tests, tools, models) are no packages: they reach each other by path. */
function hasPackageName({ folder }: WorkspacePermission): boolean {
  return folder.includes('/') || folder === 'web-dashboard';
}

function isApp({ folder }: WorkspacePermission): boolean {
  return folder.startsWith('apps/');
}

function folderOf(permission: Permission): string {
  return typeof permission === 'string' ? permission : permission.folder;
}
