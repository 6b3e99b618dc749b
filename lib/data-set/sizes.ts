/** How many rows of what a data set has (design 10); investigators and modules are as many in each. */
export type DataSetSize = {
  name: string
  endpoints: number
  /** Rows of `agents`: processes, several an endpoint. */
  agents: number
  actions: number
  commands: number
  investigators: number
  /** Rows of `agtmodreq`. */
  requirements: number
  /** Rows of `invagtmodperm`. */
  permissions: number
  /** Files in `command/inflight`; the other states have as many as their actions. */
  spoolFiles: number
}

const L: DataSetSize = {
  name: 'L',
  endpoints: 600_000,
  agents: 1_000_000,
  actions: 20_000,
  commands: 10_000_000,
  investigators: 50,
  requirements: 1_200_000,
  permissions: 6_000_000,
  spoolFiles: 200_000,
}

/** The named sizes: L, its hundredth, and what Mozilla's own database reached. */
export const SIZES: Readonly<Record<string, DataSetSize>> = {
  S: hundredth(L),
  L,
  XL: {
    ...L,
    name: 'XL',
    endpoints: 12_600_000,
    agents: 21_000_000,
    actions: 40_000,
    commands: 20_000_000,
    requirements: 2_400_000,
    permissions: 12_000_000,
  },
}

function hundredth(size: DataSetSize): DataSetSize {
  const part = (n: number) => n / 100
  return {
    ...size,
    name: 'S',
    endpoints: part(size.endpoints),
    agents: part(size.agents),
    actions: part(size.actions),
    commands: part(size.commands),
    requirements: part(size.requirements),
    permissions: part(size.permissions),
    spoolFiles: part(size.spoolFiles),
  }
}
