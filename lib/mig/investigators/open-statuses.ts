/** The statuses of an action that is not done yet, over all layouts (mig-domain 1.3). */
export const OPEN_STATUSES = ['init', 'pending', 'scheduled', 'preparing', 'inflight'] as const
