/** Why the program does not start, as a sentence for the person who starts it. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly exitCode: number

  constructor(sentence: string, exitCode = 1) {
    super(sentence)
    this.exitCode = exitCode
  }
}
