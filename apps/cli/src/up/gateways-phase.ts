import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { LoadedConfig } from '@cluster-ai/platform/config/load-config.ts';
import type { Phase } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { numbered, numbersTo, processName } from './gateway-numbers.ts';
import { nodeProgram } from './node-program.ts';
import { killMarginMs, stopMarginMs } from './program-phases.ts';
import { programs } from './programs.ts';
import type { RunningPrograms } from './running-programs.ts';
import type { Program } from './supervise.ts';

/** SIGUSR1 is Node's own: it opens the debugger. */
const restartSignal = 'SIGUSR2';

/**
 * The gateways: one, or several that share the ports of the inference protocols. They start and stop together; on
 * SIGUSR2 they are started again one after the other, while the others answer.
 */
export function gatewaysPhase(running: RunningPrograms): Phase {
  const { up, gateway } = running.settings;
  const numbers = numbersTo(up.value.gateways);
  const stopTimeoutMs = gatewayStopTimeoutMs(gateway.value);
  const stopAll = async (): Promise<void> => {
    await Promise.all(numbers.map((number) => running.stop(processName(number))));
  };
  const rolling = new RollingRestart(running, numbers.map(processName));
  return {
    name: numbers.length === 1 ? 'gateway' : 'gateways',
    why: 'they stop first, so that what has arrived is answered while everything is there',
    start: async (signal) => {
      const starts = numbers.map((number) =>
        running.start(gatewayProgram(running, number), processName(number).replace('-', ' '), signal),
      );
      const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected');
      if (failed !== undefined) {
        await stopAll();
        throw failed.reason;
      }
      rolling.open();
    },
    stop: async () => {
      rolling.close();
      await stopAll();
    },
    stopTimeoutMs: stopTimeoutMs + killMarginMs,
  };
}

/** Starts programs again one after the other, whenever the signal comes. */
class RollingRestart {
  private readonly running: RunningPrograms;
  private readonly names: readonly string[];
  private busy = false;
  private isOpen = false;
  private readonly receive = (): void => void this.run();

  constructor(running: RunningPrograms, names: readonly string[]) {
    this.running = running;
    this.names = names;
    // From the beginning to the end: a signal that nobody takes would end this process.
    process.on(restartSignal, this.receive);
  }

  /** Everything runs: from now on a signal is followed. */
  open(): void {
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  private async run(): Promise<void> {
    // A second signal meanwhile asks for what is being done, and so does one during a start.
    if (this.busy || !this.isOpen) return;
    this.busy = true;
    const { terminal } = this.running;
    terminal.line(`starting again, one after the other: ${this.names.join(', ')}`);
    try {
      for (const name of this.names) {
        if (!this.isOpen) return;
        await this.running.restart(name);
      }
      terminal.line('every gateway was started again');
    } catch (error) {
      // The rest is left as it is: they answer.
      if (this.isOpen) terminal.warn(`the restart stopped: ${toClusterError(error).message}`);
    } finally {
      this.busy = false;
    }
  }
}

function gatewayStopTimeoutMs({ shutdown, runner }: GatewayConfig): number {
  return shutdown.drainTimeoutMs + runner.drainTimeoutMs + stopMarginMs;
}

function gatewayProgram(running: RunningPrograms, number: number): Program {
  const { home, up, gateway, controlPlane } = running.settings;
  const { certFile } = controlPlane.value.http.tls;
  const { value } = gateway;
  const name = processName(number);
  const { gatewayPort, grpcPort, metricsPorts, controlUrl, metricsUrls, gatewayUrl, isOpen } = running.addresses;
  return nodeProgram({
    name,
    main: programs.gateway,
    home,
    config: {
      ...value,
      name: numbered(value.name, number),
      home: numbered(value.home, number),
      http: {
        ...value.http,
        port: gatewayPort,
        reusePort: value.http.reusePort || up.value.gateways > 1,
        publicUrl: value.http.publicUrl ?? (isOpen ? gatewayUrl : undefined),
      },
      grpc: { ...value.grpc, port: grpcPort },
      metrics: { ...value.metrics, port: metricsPorts[number - 1] },
      control: {
        ...value.control,
        url: [controlUrl, ...otherControlPlanes(gateway, controlUrl)],
        caFile: [...value.control.caFile, ...(certFile === undefined ? [] : [certFile])],
      },
    },
    settings: gateway.settings,
    readyUrl: `${metricsUrls[number - 1]}/readyz`,
    startTimeoutMs: up.value.startTimeoutMs,
    stopTimeoutMs: gatewayStopTimeoutMs(value),
    onOutput: running.outputOf(name),
  });
}

/** Beside the control plane of this `up`: those of other machines on the same database, if the settings name any. */
function otherControlPlanes({ value, settings }: LoadedConfig<GatewayConfig>, own: string): string[] {
  const isGiven = settings.find(({ path }) => path === 'control.url')?.source.kind !== 'default';
  return isGiven ? value.control.url.filter((url) => url !== own) : [];
}
