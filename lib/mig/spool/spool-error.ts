import { AppError } from '@/lib/errors'
import type { SpoolFailure } from './answer'

/** The failure as the error of a route handler. */
export function spoolError(answer: SpoolFailure): AppError {
  const { reason, sentence } = answer
  if (reason === 'absent' || reason === 'absent-root' || reason === 'vanished')
    return new AppError('not_found', sentence)
  if (reason === 'bad-name' || reason === 'bad-state') return new AppError('invalid', sentence)
  if (
    reason === 'not-regular' ||
    reason === 'too-big' ||
    reason === 'link' ||
    reason === 'not-scanned' ||
    reason === 'scan-gone'
  )
    return new AppError('conflict', sentence)
  return new AppError('unavailable', sentence)
}
