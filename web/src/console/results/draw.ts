import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ChartData } from '../logic/charts'

use([BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

/** Colours that keep apart for people who cannot tell red from green; the pattern comes on top. */
const PALETTE = ['#b3261e', '#c9962c', '#2f6f9f', '#5b8c5a', '#7d5ba6', '#8a7a6a']
const PALETTE_DARK = ['#e5695f', '#e5c071', '#7db4dc', '#8fc48d', '#b79be0', '#bfb3a6']

export interface Drawn {
  show: (data: ChartData) => void
  stop: () => void
}

/** A chart that keeps its box's width. */
export function draw(box: HTMLElement): Drawn {
  const dark = document.documentElement.classList.contains('dark')
  const ink = dark ? '#d8d3cb' : '#45403a'
  const line = dark ? '#37332f' : '#e3e0db'
  const chart = init(box, null, { renderer: 'svg' })
  const watcher = new ResizeObserver(() => {
    chart.resize()
  })
  watcher.observe(box)
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches

  return {
    show(data) {
      const labels = {
        type: 'category' as const,
        data: data.labels,
        axisLabel: {
          color: ink,
          ...(data.sideways ? { interval: 0 } : { hideOverlap: true }),
          width: data.sideways ? 150 : 60,
          overflow: 'truncate' as const,
        },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
        inverse: data.sideways,
      }
      const values = {
        type: 'value' as const,
        ...(data.max === undefined ? {} : { max: data.max }),
        axisLabel: { color: ink, formatter: `{value}${data.unit}` },
        splitLine: { lineStyle: { color: line } },
      }
      const stacked = data.series.length > 1
      chart.setOption(
        {
          animation: !still,
          aria: { enabled: true, decal: { show: stacked } },
          color: dark ? PALETTE_DARK : PALETTE,
          textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
          grid: { left: 8, right: 36, top: stacked ? 36 : 16, bottom: 8, containLabel: true },
          tooltip: {
            trigger: 'axis',
            axisPointer: { type: 'shadow' },
            valueFormatter: (v: unknown) => (typeof v === 'number' ? `${String(v)}${data.unit}` : '—'),
            confine: true,
          },
          ...(stacked ? { legend: { top: 0, textStyle: { color: ink } } } : {}),
          xAxis: data.sideways ? values : labels,
          yAxis: data.sideways ? labels : values,
          series: data.series.map((s) => ({
            type: 'bar',
            name: s.name,
            data: s.values,
            barMaxWidth: 34,
            ...(stacked
              ? { stack: 'all' }
              : { label: { show: true, position: data.sideways ? 'right' : 'top', color: ink } }),
          })),
        },
        true,
      )
    },
    stop() {
      watcher.disconnect()
      chart.dispose()
    },
  }
}
