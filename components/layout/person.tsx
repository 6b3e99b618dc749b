/** Who is signed in: initials, the name and role on hover and aloud. */
export function Person({ name, role }: { name: string; role: string }) {
  const words = name.split(/\s+/).filter(Boolean)
  const initials = [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
  return (
    <span
      title={`${name}, ${role}`}
      className="inline-flex size-7 items-center justify-center rounded-full border border-line-strong bg-surface text-[0.6875rem] font-semibold text-muted"
    >
      <span aria-hidden="true">{initials.toUpperCase() || '?'}</span>
      <span className="sr-only">
        {name}, {role}
      </span>
    </span>
  )
}
