/** What is asked of a browser's store. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const NOTHING: Store = {
  getItem: () => null,
  removeItem() {},
  setItem() {
    throw new Error('This browser keeps nothing for this site.')
  },
}

/** A store of the browser; where even asking for it is forbidden, one that is empty and refuses to keep. */
export function browserStore(kind: 'localStorage' | 'sessionStorage', browser: Partial<Window> = window): Store {
  try {
    return browser[kind] ?? NOTHING
  } catch {
    return NOTHING
  }
}
