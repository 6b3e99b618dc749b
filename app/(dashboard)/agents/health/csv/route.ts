import { exportRoute } from '@/lib/export'
import { exportChart } from '@/lib/mig/health/picture'
import { healthChart } from '@/lib/mig/health/search-params'
import { now } from '@/lib/now'

export const GET = exportRoute(healthChart, async (viewer, params) =>
  exportChart(viewer, params, params.filters.chart, (await now()).mig),
)
