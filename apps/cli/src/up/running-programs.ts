import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { identifyProcess } from '@cluster-ai/platform/process/process-identity.ts';
import type { Addresses } from './addresses.ts';
import { homePaths } from './home.ts';
import { openProgramOutput } from './output.ts';
import type { ProgramOutput } from './output.ts';
import type { UpSettings } from './settings.ts';
import { certificateFiles } from './settings.ts';
import { removeState, writeState } from './state.ts';
import type { UpState } from './state.ts';
import { superviseProgram } from './supervise.ts';
import type { Program, Supervisor } from './supervise.ts';
import type { Terminal } from './terminal.ts';

export interface UpOptions {
  readonly settings: UpSettings;
  readonly terminal: Terminal;
  readonly verbose: boolean;
}

/** Wait before a record that could not be written is written again. */
const saveAgainAfterMs = 2_000;

/** What one `up` has running, and the record of it for others. */
export class RunningPrograms {
  readonly settings: UpSettings;
  readonly terminal: Terminal;
  readonly beganMs = performance.now();
  private readonly options: UpOptions;
  private readonly log: Logger;
  private readonly startedAt = new Date().toISOString();
  private readonly supervisors = new Map<string, Supervisor>();
  private readonly outputs: ProgramOutput[] = [];
  private chosen: Addresses | null = null;
  private saving: NodeJS.Timeout | undefined;

  constructor(options: UpOptions, log: Logger) {
    this.options = options;
    this.settings = options.settings;
    this.terminal = options.terminal;
    this.log = log;
  }

  /** For whoever asks while the ports are still being chosen. */
  get urlText(): string {
    return this.chosen?.url ?? 'still starting';
  }

  get addresses(): Addresses {
    if (this.chosen === null) throw new Error('the ports have not been chosen yet');
    return this.chosen;
  }

  set addresses(addresses: Addresses) {
    this.chosen = addresses;
    this.saveState();
  }

  /** Where the output of a program goes: its log file, and the terminal for what a person should see. */
  outputOf(name: string): (chunk: Buffer) => void {
    const { settings, terminal, verbose } = this.options;
    const folder = homePaths(settings.home).logs;
    const output = openProgramOutput({ name, folder, terminal, verbose, ...settings.up.value.logs });
    this.outputs.push(output);
    return (chunk) => output.write(chunk);
  }

  /**
   * @param label as people read it: `control plane`.
   * @param beganMs when its preparation began, on the clock of `performance.now()`.
   */
  async start(program: Program, label: string, signal: AbortSignal, beganMs = performance.now()): Promise<void> {
    const onChange = (): void => this.saveState();
    const supervisor = superviseProgram(program, { log: this.log, terminal: this.terminal, onChange });
    this.supervisors.set(program.name, supervisor);
    await supervisor.start(signal);
    this.terminal.line(`  ${label} ready after ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
  }

  /** Stops a program in order and starts it again at once. Resolves when it is ready again. @throws ClusterError */
  async restart(name: string): Promise<void> {
    await this.supervisors.get(name)?.restart();
  }

  async stop(name: string): Promise<void> {
    await this.supervisors.get(name)?.stop();
    this.supervisors.delete(name);
    this.saveState();
  }

  /** Closes the log files and removes the record: nothing runs any more. */
  close(): void {
    clearTimeout(this.saving);
    for (const output of this.outputs) output.close();
    removeState(this.settings.home);
  }

  private localState({ controlUrl, gatewayInternalUrl, isOpen }: Addresses): Pick<UpState, 'local'> {
    const certFiles = certificateFiles(this.settings);
    if (!isOpen && certFiles.length === 0) return {};
    return { local: { url: controlUrl, gatewayUrl: gatewayInternalUrl, certFiles } };
  }

  private saveState(): void {
    if (this.chosen === null) return;
    const programs = [...this.supervisors].flatMap(([name, { child }]) => {
      const identity = identifyProcess(child()?.pid ?? -1);
      return identity === null ? [] : [{ name, ...identity }];
    });
    const { url, gatewayUrl, metricsUrls } = this.chosen;
    const [metricsUrl = ''] = metricsUrls;
    const state = { pid: process.pid, startedAt: this.startedAt, url, gatewayUrl, metricsUrl, programs };
    try {
      writeState(this.settings.home, { ...state, ...this.localState(this.chosen) });
    } catch (error) {
      // Without room on the disk the programs go on, and are looked after; the record follows.
      this.log.error({ error }, 'the record of what runs could not be written; trying again');
      clearTimeout(this.saving);
      this.saving = setTimeout(() => this.saveState(), saveAgainAfterMs).unref();
    }
  }
}
