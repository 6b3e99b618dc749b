import { formatNumber } from '@/lib/format'
import { ENTRY_KIND_LABELS, type SpoolFailure, type SpoolReason } from './answer'

const SENTENCES: Record<SpoolReason, string> = {
  'absent-root': 'The spool directory does not exist on this machine.',
  'unreadable-root': 'The spool directory cannot be read.',
  absent: 'This directory does not exist.',
  unreadable: 'This may not be read by the account that the dashboard runs as.',
  link: 'This directory is a symbolic link, which the dashboard does not follow: it could lead out of the spool.',
  'not-directory': 'This is not a directory.',
  vanished: 'The file is not there: MIG has moved or removed it, or it never was.',
  'not-regular': 'This is no regular file, and only regular files are opened.',
  'too-big': 'The file is too big to be shown.',
  'bad-name': 'This cannot be the name of a file in the spool.',
  'bad-state': 'MIG has no such spool directory.',
  slow: 'The spool does not answer: its file system hangs or is overloaded. The rest of the dashboard is not affected.',
  'not-scanned':
    'When and how big the files were written is not known yet: the background scan is on its way through the spool.',
  'scan-gone': 'The background scan with which this began is gone: begin again.',
  broken: 'The process that reads the spool ended unexpectedly.',
}

const isReason = (text: string): text is SpoolReason => Object.hasOwn(SENTENCES, text)

/** A failure in words; `code` is the operating system's name of the error. */
export function failure(told: string, code?: string, facts?: SpoolFailure['facts'] & { cap?: number }): SpoolFailure {
  if (told === 'not-directory-root')
    return { ok: false, reason: 'unreadable-root', sentence: 'The spool directory is not a directory.' }
  if (told === 'link-root')
    return {
      ok: false,
      reason: 'unreadable-root',
      sentence: 'The spool directory is a symbolic link that leads nowhere.',
    }
  const reason = isReason(told) ? told : 'broken'
  let sentence = SENTENCES[reason]
  const denied = code === 'EACCES' || code === 'EPERM'
  if (reason === 'unreadable-root')
    sentence = denied
      ? 'The spool directory may not be read by the account that the dashboard runs as: it needs membership of MIG’s group.'
      : `The spool directory cannot be read (${code}).`
  if (reason === 'unreadable' && !denied) sentence = `This cannot be read: the file system says ${code}.`
  if (reason === 'not-regular' && facts)
    sentence = `This is a ${ENTRY_KIND_LABELS[facts.kind]}, and only regular files are opened.`
  if (reason === 'too-big' && facts?.cap)
    sentence = `The file has ${formatNumber(facts.size)} bytes; files of more than ${formatNumber(facts.cap)} bytes are not opened.`
  return facts ? { ok: false, reason, sentence, facts } : { ok: false, reason, sentence }
}
