/** A dash for what is not known, with the reason; never a 0. */
export function Unknown({ why }: { why: string }) {
  return (
    <span title={why} className="text-faint">
      <span aria-hidden="true">–</span>
      <span className="sr-only">{why}</span>
    </span>
  )
}
