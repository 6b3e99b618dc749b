'use client'

import { useEffect, useState } from 'react'

/** Until when a text can be used, and that it cannot any more. `left` is in milliseconds from now on, by the server's clock. */
export function TextExpiry({ until, left }: { until: string; left: number }) {
  const [isOver, setOver] = useState(left <= 0)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), Math.max(0, left))
    return () => clearTimeout(timer)
  }, [left])
  return (
    <span role="status" className={isOver ? 'font-medium text-attention' : undefined}>
      {isOver ? 'This text has expired: get another one.' : `Good once, until ${until}.`}
    </span>
  )
}
