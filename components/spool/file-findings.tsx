import { Notice } from '@/components/feedback/notice'
import type { SpoolFileDetail } from '@/lib/mig/spool/file'
import type { Tone } from '@/lib/mig/wire/status'

const TONES: Record<SpoolFileDetail['problems'][number]['severity'], Tone> = {
  broken: 'bad',
  odd: 'odd',
  normal: 'neutral',
}

/** The worst that is to be said of a file, as a badge. */
export function fileVerdict(file: SpoolFileDetail): { tone: Tone; label: string } {
  const has = (severity: string) => file.problems.some((problem) => problem.severity === severity)
  if (has('broken')) return { tone: 'bad', label: 'MIG cannot use it' }
  if (file.age) return { tone: file.age.tone, label: file.age.word }
  if (has('odd') || file.type === 'stranger') return { tone: 'odd', label: 'odd' }
  return { tone: 'good', label: 'nothing wrong' }
}

/** What is wrong with a file, and what explains it, worst first. */
export function FileFindings({ file }: { file: SpoolFileDetail }) {
  const findings: { tone: Tone; sentence: string }[] = [
    ...file.problems.map((problem) => ({ tone: TONES[problem.severity], sentence: problem.sentence })),
    ...(file.age ? [file.age] : []),
  ]
  if (file.type === 'stranger') findings.push({ tone: 'odd', sentence: 'MIG gives no such name in this directory.' })
  if (file.changed)
    findings.push({
      tone: 'attention',
      sentence: 'The file was written while it was read: what is shown may be a part.',
    })
  if (file.links > 1)
    findings.push({ tone: 'odd', sentence: `The file has ${file.links} names (hard links); MIG makes one.` })
  const order: Tone[] = ['bad', 'attention', 'odd', 'waiting', 'neutral']
  return findings
    .sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
    .map((finding, i) => (
      <Notice key={i} tone={finding.tone}>
        {finding.sentence}
      </Notice>
    ))
}
