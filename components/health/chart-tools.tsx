/** Beside a chart: its figures as CSV, and the way to the statement that gave them. */
export function ChartTools({ csv, question, sql }: { csv: string; question: string; sql: string }) {
  return (
    <>
      <a className="text-accent hover:underline" href={csv} download aria-label={`CSV: ${question}`}>
        CSV
      </a>
      <a className="text-accent hover:underline" href={`#sql-${sql}`} aria-label={`SQL behind: ${question}`}>
        SQL
      </a>
    </>
  )
}
