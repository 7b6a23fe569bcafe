import './api/validate-without-eval.ts';

// What follows makes schemas as soon as it is loaded, so that it must be loaded afterwards.
void import('./start.tsx');
