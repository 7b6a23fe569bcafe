import type { Finding, Repository, Rule } from './repository.ts';

const threatPage = 'SECURITY.md';
const heading = '| Threat | What stops it | Shown by |';

/**
 * Each threat of SECURITY.md names the tests that show what stops it, as a path and the titles of its tests, and they
 * exist: `tests/integration/people.test.ts` “the last administrator cannot be lost”.
 */
export const threatTests: Rule = (repository) => {
  const page = repository.files.find(({ path }) => path === threatPage);
  if (page === undefined) return [];
  if (!page.text.split('\n').includes(heading)) {
    const message = `there is no table that begins with '${heading}'. Write the threats and their tests into one.`;
    return [{ path: threatPage, line: 1, message }];
  }
  let inTable = false;
  return page.text.split('\n').flatMap((text, index) => {
    if (text === heading) inTable = true;
    else if (!text.startsWith('|')) inTable = false;
    else if (inTable && !/^\| *---/.test(text)) return judge(repository, text, index + 1);
    return [];
  });
};

function judge(repository: Repository, row: string, line: number): Finding[] {
  const complain = (message: string): Finding => ({ path: threatPage, line, message });
  const cells = row.split(' | ');
  const shown = cells.length === 3 ? (cells[2] ?? '') : '';
  const named = Array.from(shown.matchAll(/`([^`]+)`((?:\s*“[^”]+”)*)/g), ([, path = '', titles = '']) => ({
    path,
    titles: Array.from(titles.matchAll(/“([^”]+)”/g), ([, title = '']) => title),
  }));
  if (named.length === 0) {
    return [complain('this threat names no test. Write the path and the title of the test that shows what stops it.')];
  }
  return named.flatMap(({ path, titles }) => {
    const file = repository.files.find((file) => file.path === path);
    if (file === undefined) return [complain(`there is no ${path}. Name the file where the test is now.`)];
    if (titles.length === 0) return [complain(`${path} is named without a test of it. Add its title between “ and ”.`)];
    const text = file.text.replaceAll(/\\(['"`])/g, '$1');
    return titles
      .filter((title) => !new RegExp(`\\(\\s*(['"\`])${RegExp.escape(title)}\\1`).test(text))
      .map((title) => complain(`${path} has no test “${title}”. Name the test as it is called now, or write it.`));
  });
}
