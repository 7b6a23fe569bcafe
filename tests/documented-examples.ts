/** What a page tells its readers to run, and what it says comes out. */
export interface DocumentedExample {
  /** `python`: a program. `sh`: a line for a shell. */
  readonly language: 'python' | 'sh';
  readonly code: string;
  readonly output: string;
}

/**
 * The examples of a page that show their output: programs in Python before a block of text, and lines that begin with
 * `$ curl` or pipe into it, with the line after them.
 */
export function documentedExamples(markdown: string): DocumentedExample[] {
  const programs = markdown.matchAll(/^```python\n(.*?)^```\n\n```text\n(.*?)^```$/gms);
  const lines = markdown.matchAll(/^\$ ((?:.* \| )?curl .*)\n(.*)\n/gm);
  return [
    ...programs.map(([, code = '', output = '']): DocumentedExample => ({ language: 'python', code, output })),
    ...lines.map(([, code = '', output = '']): DocumentedExample => ({ language: 'sh', code, output: `${output}\n` })),
  ];
}
