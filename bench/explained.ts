import type { Explained, Question } from './questions'
import { type Replay, type Statement, settingsBefore } from './sql-log'

/** One of the most important statements, as docs/queries.md shows it. */
export type ShownPlan = { page: string; path: string; what: string; statement: string; plan: string; indexes: string[] }

const isCount = (text: string) => /^\s*SELECT count\(\*\)/i.test(text)

/** The statement of a page that is meant; undefined when the page sends none. */
export function chosen(statements: readonly Statement[], wanted: Explained['statement']): Statement | undefined {
  const fitting = statements.filter(
    ({ text }) =>
      /^\s*(SELECT|WITH)\b/i.test(text) &&
      (wanted === 'longest' || (wanted === 'count' ? isCount(text) : !isCount(text) && text.includes('cursor_key'))),
  )
  return fitting.reduce<Statement | undefined>((most, one) => (most && most.ms >= one.ms ? most : one), undefined)
}

const LONGEST = 160
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text)

/** A statement with its values in place, long ones cut, without the lines that were left empty. */
export function withValues({ text, values }: Pick<Statement, 'text' | 'values'>): string {
  const lines = text
    .replace(/\$(\d+)/g, (_, place: string) => cut(values[Number(place) - 1] ?? 'NULL'))
    .split('\n')
    .filter((line) => line.trim() !== '')
  const margin = Math.min(...lines.slice(1).map((line) => line.search(/\S/)))
  return lines.map((line, i) => (i === 0 ? line.trim() : line.slice(margin)).trimEnd()).join('\n')
}

/** The names of the indexes that a plan uses. */
export function indexesIn(plan: string): string[] {
  const names = [...plan.matchAll(/(?:Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)/g)].map(
    ([, name = '']) => name,
  )
  return [...new Set(names)].sort()
}

/** The plans of the statements that the questions name, as they run with their values. */
export async function explainChosen(
  replay: Replay,
  traces: ReadonlyMap<Question, readonly Statement[]>,
  failed: string[],
): Promise<ShownPlan[]> {
  const shown: ShownPlan[] = []
  for (const [question, statements] of traces)
    for (const { what, statement: wanted } of question.explained ?? []) {
      const statement = chosen(statements, wanted)
      if (!statement) {
        failed.push(`${question.name} sends no such statement: ${what}`)
        continue
      }
      const plan = await replay
        .explain(statement, settingsBefore(statements, statement), 'ANALYZE, BUFFERS, SETTINGS')
        .then(String, (error: Error) => error.message)
      const lines = plan
        .split('\n')
        .map((line) => (line.length > 3 * LONGEST ? `${line.slice(0, 3 * LONGEST)} …` : line))
      shown.push({
        page: question.name,
        path: question.path,
        what,
        statement: withValues(statement),
        plan: lines.join('\n'),
        indexes: indexesIn(plan),
      })
    }
  return shown
}

/** The plans as a page of Markdown. */
export function queriesPage(
  shown: readonly ShownPlan[],
  { size, postgres }: { size: string; postgres: string },
): string {
  const parts = [
    '# The most important queries',
    `Written by \`npm run bench\` on data set ${size} (bench/results.md has its rows and the machine), with PostgreSQL ${postgres} in its default settings and warm: each statement with the values that it ran with, what PostgreSQL says of how it ran, and the indexes that it used, which are \`npm run mig-dashboard -- db index\`'s or MIG's own. Long lists of values are cut.`,
  ]
  shown.forEach(({ page, path, what, statement, plan, indexes }, i) => {
    parts.push(
      `## ${i + 1}. ${page}: ${what}`,
      `Page \`${path}\`. ${indexes.length > 0 ? `Indexes: ${indexes.map((name) => `\`${name}\``).join(', ')}.` : 'No index.'}`,
      `\`\`\`sql\n${statement}\n\`\`\``,
      `\`\`\`text\n${plan}\n\`\`\``,
    )
  })
  return `${parts.join('\n\n')}\n`
}
