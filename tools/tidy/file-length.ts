import { isJavaScript, isTypeScript, type Rule } from './repository.ts';

const fileLinesMax = 500;

const isGenerated = (path: string): boolean => /(?:^|\/)generated\//.test(path);

/** A file holds one idea; past this length it holds two. */
export const fileLength: Rule = ({ files }) =>
  files.flatMap(({ path, text }) => {
    const source = isTypeScript(path) || isJavaScript(path) || /\.(?:css|sh)$/.test(path);
    const lines = text.split('\n').length - 1;
    if (!source || isGenerated(path) || lines <= fileLinesMax) return [];
    const message = `${lines} lines, and ${fileLinesMax} is the limit. Find the second idea in it and give that its own file.`;
    return [{ path, line: fileLinesMax + 1, message }];
  });
