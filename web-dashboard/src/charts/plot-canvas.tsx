import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Format } from '../ui/format.ts';
import { chartOptions, type ChartSeries, type ChartSpan } from './chart-options.ts';

const heightPx = 200;

interface PlotCanvasProps<Sample extends { readonly atMs: number }> {
  readonly samples: readonly Sample[];
  readonly series: readonly ChartSeries<Sample>[];
  readonly span: ChartSpan;
  readonly topMin: number;
  readonly format: Format;
  readonly onHover: (index: number | null) => void;
  readonly onMark: (span: ChartSpan) => void;
}

/**
 * The drawing of a chart, as wide as its place. Colours are read once, when it is made: give it the theme as `key`.
 * `series`, `topMin`, `format` and `onHover` must stay the same for its life.
 */
export function PlotCanvas<Sample extends { readonly atMs: number }>(props: PlotCanvasProps<Sample>) {
  const { samples, series, span, topMin, format, onHover, onMark } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const latest = useRef({ span, onMark });

  useEffect(() => {
    latest.current = { span, onMark };
  }, [span, onMark]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const options = chartOptions({
      width: element.clientWidth,
      height: heightPx,
      series,
      colourOf: (property) => resolveColour(element, property),
      span: () => latest.current.span,
      topMin,
      format,
      onHover,
      onMark: (marked) => latest.current.onMark(marked),
    });
    const plot = new uPlot(options, [[]], element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [series, topMin, format, onHover]);

  useEffect(() => {
    chart.current?.setData(plotData(samples, series));
  }, [samples, series]);

  return <div ref={host} aria-hidden="true" className="h-[200px] w-full" />;
}

function plotData<Sample extends { readonly atMs: number }>(
  samples: readonly Sample[],
  series: readonly ChartSeries<Sample>[],
): uPlot.AlignedData {
  return [samples.map((sample) => sample.atMs / 1_000), ...series.map((line) => samples.map(line.value))];
}

/** A canvas takes no custom properties; a real element resolves them. */
function resolveColour(host: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
