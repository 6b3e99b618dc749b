/** The program's mark, beside its name. */
export function Mark() {
  return (
    <svg viewBox="0 0 20 20" className="size-5" aria-hidden="true">
      <rect width="20" height="20" rx="5" className="fill-accent-solid" />
      <path
        d="M5 14V6l5 5 5-5v8"
        className="fill-none stroke-on-solid"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
