/** What a server action answers to a form. `values` are what the person had typed, never a secret. */
export type FormState = {
  status: 'idle' | 'ok' | 'error'
  message?: string
  fields?: Record<string, string>
  values?: Record<string, string>
  /** What the form shows beside the sentence, such as a preview. Never a secret. */
  detail?: unknown
  /** Where to sign in again, when nobody is signed in any more. */
  signIn?: string
}

export const IDLE: FormState = { status: 'idle' }
