import { basename } from 'node:path/posix';

/** One way to break a file. */
export interface Mutation {
  /** What was done to it, for the report. */
  readonly name: string;
  /** What the file holds then. */
  readonly text: string;
}

const workflow = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/**
 * Ways to break an artefact that nobody should get away with: the whole file emptied, and each part of it that does a
 * job of its own: a document of YAML, a stage of a Dockerfile, a job of a workflow, a `server` or `location` of nginx.
 */
export function mutationsOf(path: string, text: string): Mutation[] {
  const parts = partsOf(path, text);
  // A file of one part is emptied once.
  const partly = parts.length > 1 || isDockerfile(path) ? parts : [];
  return [{ name: 'emptied', text: '' }, ...partly].filter((mutation) => mutation.text !== text);
}

function partsOf(path: string, text: string): Mutation[] {
  if (isDockerfile(path)) return withoutStages(text);
  if (workflow.test(path)) return withoutJobs(text);
  if (/\.ya?ml$/.test(path)) return withoutDocuments(text);
  if (/nginx/.test(path)) return withoutBlocks(text);
  return [];
}

const isDockerfile = (path: string): boolean => basename(path).startsWith('Dockerfile');

/** Each stage loses its instructions and keeps its FROM, so that the file can still be read. */
function withoutStages(text: string): Mutation[] {
  const stages = text.split(/^(?=FROM )/m);
  return stages.flatMap((stage, index) => {
    if (!stage.startsWith('FROM ')) return [];
    const from = stage.split('\n', 1)[0] ?? '';
    const name = / AS (\S+)/i.exec(from)?.[1] ?? `${index}`;
    return [{ name: `stage ${name} emptied`, text: stages.with(index, `${from}\n\n`).join('') }];
  });
}

function withoutDocuments(text: string): Mutation[] {
  const documents = text.split(/^(?=---$)/m);
  return documents.flatMap((document, index) => {
    if (document.replaceAll(/^(?:---|#.*)?$/gm, '').trim() === '') return [];
    const title = /^kind: *(\S+)/m.exec(document)?.[1] ?? '';
    return [
      {
        name: `document ${index + 1} ${title} removed`.replace('  ', ' '),
        text: documents.toSpliced(index, 1).join(''),
      },
    ];
  });
}

/** A job begins two spaces in, under `jobs:`; the next one, or the end of the file, ends it. */
function withoutJobs(text: string): Mutation[] {
  const start = /^jobs:\n/m.exec(text);
  if (start === null) return [];
  const head = text.slice(0, start.index + start[0].length);
  const jobs = text.slice(head.length).split(/^(?= {2}[a-z][\w-]*:\s*$)/m);
  return jobs.flatMap((job, index) => {
    const name = /^ {2}([a-z][\w-]*):/.exec(job)?.[1];
    return name === undefined ? [] : [{ name: `job ${name} removed`, text: head + jobs.toSpliced(index, 1).join('') }];
  });
}

/** Each `server` and `location` goes with all that is between its braces. */
function withoutBlocks(text: string): Mutation[] {
  return Array.from(text.matchAll(/^[ \t]*((?:server|location[^\n{]*|upstream [^\n{]*) *)\{/gm), (match) => {
    const end = endOfBlock(text, match.index + match[0].length);
    const line = text.slice(0, match.index).split('\n').length;
    return { name: `${match[1]?.trim()} of line ${line} removed`, text: text.slice(0, match.index) + text.slice(end) };
  });
}

function endOfBlock(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return text.length;
}
