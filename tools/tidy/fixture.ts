import type { Finding, Repository, RepositoryFile, Rule } from './repository.ts';

type Content = string | Pick<RepositoryFile, 'text' | 'executable'>;

/** A repository of a few files, for the tests of the rules. */
function repositoryOf(contents: Readonly<Record<string, Content>>): Repository {
  const files = Object.entries(contents).map(([path, content]) =>
    typeof content === 'string'
      ? { path, text: content, executable: false }
      : { path, text: content.text, executable: content.executable },
  );
  return { files, binaries: [] };
}

/** What a rule says about these files, as `tidy` prints it. */
export function said(rule: Rule, contents: Readonly<Record<string, Content>>): string[] {
  return rule(repositoryOf(contents)).map(({ path, line, message }: Finding) => `${path}:${line}: ${message}`);
}
