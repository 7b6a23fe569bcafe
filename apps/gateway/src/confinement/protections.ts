import type { RunnerConfinement } from '@cluster-ai/contract/telemetry.ts';
import type { ConfinementLevel } from './launch-command.ts';
import type { SystemPrograms } from './system-programs.ts';

/** What each means is told in docs/guides/isolation.md. */
const always = ['no environment', 'no programs, no writing and no foreign files for JavaScript', 'watched memory'];
const ofNamespaces = ['no network', 'no view into other processes', 'no new privileges'];
const ofBox = ['a folder tree of its own, read-only', 'no other process in sight', 'a limit of processes'];
const ofLimits = ['memory limit of the kernel', 'no file can grow'];

/** @param refusal what the system said to the strongest level; empty when it allowed it. */
export function protectionsOf(
  level: ConfinementLevel,
  programs: SystemPrograms,
  refusal: string,
  memoryBytesMax: number,
): RunnerConfinement {
  const groups = [
    { names: always, isActive: true, why: '' },
    { names: ofLimits, isActive: programs.prlimit !== null, why: 'the program prlimit is not there' },
    { names: ofNamespaces, isActive: level !== 'none', why: refusal },
    { names: ofBox, isActive: level === 'box', why: refusal },
  ];
  return {
    level,
    memoryBytesMax,
    active: groups.flatMap(({ names, isActive }) => (isActive ? names : [])),
    missing: groups.flatMap(({ names, isActive, why }) =>
      isActive ? [] : names.map((protection) => ({ protection, why })),
    ),
  };
}
