import { defineList, type Filter, modeFilter } from '@/lib/list-params'

const dayFilter: Filter<string> = {
  label: 'Day',
  read: ([text = '']) =>
    /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text)
      ? { value: text }
      : { problem: 'takes a day, such as 2026-11-22' },
}

/** URL state of /agents/ID: how many days of the endpoint's history are shown, and which of them in detail. */
export const endpointView = defineList({
  path: '/agents',
  filters: {
    days: { ...modeFilter('Days', ['60', '182', '400'], '182'), default: '182' as const },
    day: dayFilter,
  },
  sorts: [],
  defaultSort: 'day',
})
