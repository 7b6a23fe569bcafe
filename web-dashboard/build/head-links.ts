import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

/** The module that draws the first page: `main.ts` imports it when it runs. */
const startModule = /\/src\/start\.tsx$/;

/** The letters that every page is written in; others are loaded when a page has them. */
const textFont = /\/inter-latin-wght-normal-[^/]+\.woff2$/;

/**
 * Names in the head of the page the style and the letters of every page, so that they are on their way before any code
 * runs. The code is not among them: Chromium compiles anew on each visit what the head of a page names, and takes what
 * `main.ts` imports from its code cache.
 */
export function headLinks(): Plugin {
  return {
    name: 'cluster-ai:head-links',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const start = Object.values(bundle).find(
          (file): file is Rolldown.OutputChunk =>
            file.type === 'chunk' && file.facadeModuleId !== null && startModule.test(file.facadeModuleId),
        );
        const font = Object.keys(bundle).find((name) => textFont.test(name));
        if (start === undefined || font === undefined) {
          throw new Error(
            `the build has no chunk for ${startModule.source} or no font that matches ${textFont.source}`,
          );
        }
        return [
          ...[...(start.viteMetadata?.importedCss ?? [])].map((file) => link({ rel: 'stylesheet', href: `/${file}` })),
          link({ rel: 'preload', as: 'font', type: 'font/woff2', href: `/${font}` }),
        ];
      },
    },
  };
}

function link(attrs: NonNullable<HtmlTagDescriptor['attrs']>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { crossorigin: true, ...attrs }, injectTo: 'head' };
}
