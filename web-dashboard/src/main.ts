import './api/validate-without-eval.ts';
import { askFirst } from './first/first-answers.ts';
import { firstNeeds } from './first/first-needs.ts';
import { pageCode } from './first/page-code.ts';

const needs = firstNeeds(globalThis.location);
if (needs !== undefined) askFirst(needs);

// What follows makes schemas as soon as it is loaded, so that it must be loaded after the first import.
void import('./start.tsx');

// The router asks for the page again, and says what is wrong when it cannot be loaded.
if (needs !== undefined) pageCode[needs.page]().catch(() => undefined);

// The browser reads what it has stored at the first question, and the page waits for it: better now than in between.
void [localStorage.length, sessionStorage.length];
