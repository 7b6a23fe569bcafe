import { allowedLicences } from './dependencies/allowed-licences.ts';
import { directReasons } from './dependencies/direct-reasons.ts';
import { noInstallScripts } from './dependencies/install-scripts.ts';
import { lockedSources } from './dependencies/locked-sources.ts';
import { pythonHashes } from './dependencies/python-hashes.ts';
import { dependencyPageIsFresh } from './dependencies/render-page.ts';
import { lockfileIsComplete } from './lockfile-complete.ts';
import { decisionPages } from './decision-pages.ts';
import { documentLinks } from './document-links.ts';
import { fileLength } from './file-length.ts';
import { fileNames } from './file-names.ts';
import { importPermissions } from './import-permissions.ts';
import { importRule } from './import-rule.ts';
import { noLeftovers } from './leftovers.ts';
import { noMachinePaths } from './machine-paths.ts';
import { makeTargetsExist } from './make-targets.ts';
import { noBarrels } from './no-barrels.ts';
import { pinnedDependencies } from './pinned-dependencies.ts';
import { targetsArePhony } from './phony-targets.ts';
import type { Rule } from './repository.ts';
import { scriptsDoSomething } from './scripts-do-something.ts';
import { threatTests } from './threat-tests.ts';

/** The house style: one file a rule, each with a test that shows what it says. */
export const tidyRules: Readonly<Record<string, Rule>> = {
  importRule: importRule(importPermissions),
  noBarrels,
  fileNames,
  fileLength,
  noLeftovers,
  noMachinePaths,
  scriptsDoSomething,
  makeTargetsExist,
  targetsArePhony,
  documentLinks,
  decisionPages,
  pinnedDependencies,
  lockfileIsComplete,
  lockedSources,
  allowedLicences,
  noInstallScripts,
  directReasons,
  pythonHashes,
  dependencyPageIsFresh,
  threatTests,
};
