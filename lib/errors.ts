export type ErrorCode = 'unauthenticated' | 'forbidden' | 'invalid' | 'not_found' | 'conflict' | 'unavailable'

/** An expected failure: a code for the transport and a sentence for the person, safe to show. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, sentence: string) {
    super(sentence)
    this.name = 'AppError'
    this.code = code
  }
}

const HTTP_STATUS: Record<ErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  invalid: 400,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
}

/** The HTTP status of an expected failure, for route handlers. */
export function httpStatus(error: AppError): number {
  return HTTP_STATUS[error.code]
}
